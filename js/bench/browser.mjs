// A real Chromium and a small server for pages: shared by bench and smoke test.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const home = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

/** Serves `answer(path)`, or files below `folder`, on a free port of 127.0.0.1. */
export async function serve(folder, answer = () => null, headers = {}) {
  const server = createServer(async (request, response) => {
    const where = new URL(request.url, "http://localhost").pathname;
    try {
      const made = await answer(where, request);
      if (made) {
        response.writeHead(made.status ?? 200, { "content-type": made.type ?? "text/html; charset=utf-8", ...headers, ...made.headers });
        response.end(made.body);
        return;
      }
      const file = path.join(folder, path.normalize(where));
      const bytes = await readFile(file);
      response.writeHead(200, { "content-type": TYPES[path.extname(file)] ?? "application/octet-stream", ...headers });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((resolve) => server.close(resolve)), server };
}

/** Starts Chromium, or says where it was looked for. */
export async function launch() {
  const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    console.error(`expected Chromium at ${executablePath}; set CHROMIUM_PATH`);
    process.exit(2);
  }
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
