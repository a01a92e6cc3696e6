import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

// Strict CSP: nothing is inlined, neither assets as data: nor the module preload polyfill.
export default defineConfig({
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        index: resolve(import.meta.dirname, "index.html"),
        plain: resolve(import.meta.dirname, "plain.html"),
        react: resolve(import.meta.dirname, "react.html"),
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ["/bank", "/sdk", "/ws"].map((path) => [path, { target: "http://127.0.0.1:8420", ws: path === "/ws" }]),
    ),
  },
  test: { include: ["tests/**/*.test.ts"] },
});
