// Bundles the tests, which are TypeScript, and runs them under node's own runner.

import { spawnSync } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const home = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const built = path.join(home, "test/built");
const names = (await readdir(path.join(home, "test"))).filter((name) => name.endsWith(".test.ts"));

await rm(built, { recursive: true, force: true });
await esbuild.build({
  absWorkingDir: home,
  entryPoints: names.map((name) => `test/${name}`),
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  outdir: built,
  outExtension: { ".js": ".mjs" },
  define: { __PALET_WASM_INTEGRITY__: '""', __PALET_WASM_NAME__: '"palet_bg.wasm"', __PALET_LATER_NAME__: '"later.js"' },
  sourcemap: "inline",
});
const files = names.map((name) => path.join(built, name.replace(/\.ts$/, ".mjs")));
const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], { stdio: "inherit" });
process.exit(status ?? 1);
