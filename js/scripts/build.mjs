// Builds the SDK's files into dist: what a server publishes under /sdk/, and the npm package.
//
// Every published file exists under a name that holds its hash and never changes, and under its plain name, with the
// same bytes; manifest.json maps the one to the other, with the integrity. Each has a brotli twin.

import { createHash } from "node:crypto";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import * as esbuild from "esbuild";

const home = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(home, "dist");
const { version } = JSON.parse(await readFile(path.join(home, "package.json"), "utf8"));

const integrityOf = (bytes) => `sha384-${createHash("sha384").update(bytes).digest("base64")}`;
const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 12);

function compress(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotliCompressSync(bytes, { params });
}

const files = {};

async function write(name, bytes, packed) {
  await writeFile(path.join(dist, name), bytes);
  await writeFile(path.join(dist, `${name}.br`), packed);
}

/** Publishes bytes under their plain name and under one that holds their hash. Returns the latter. */
async function publish(stem, extension, bytes) {
  const packed = compress(bytes);
  const file = `${stem}.${hashOf(bytes)}.${extension}`;
  const plain = `${stem}.${extension}`;
  await write(file, bytes, packed);
  await write(plain, bytes, packed);
  files[plain] = { file, integrity: integrityOf(bytes), bytes: bytes.length, brotli_bytes: packed.length };
  return file;
}

const readWasm = (name) =>
  readFile(path.join(home, "src/wasm", name)).catch(() => {
    console.error(`expected js/src/wasm/${name}; build it first: cargo run -p xtask -- wasm`);
    process.exit(1);
  });
const wasm = await readWasm("palet_bg.wasm");
const fieldsWasm = await readWasm("palet_fields_bg.wasm");

await rm(dist, { recursive: true, force: true });
await mkdir(path.join(dist, "npm"), { recursive: true });
const wasmName = await publish("palet_bg", "wasm", wasm);
const fieldsWasmName = await publish("palet_fields_bg", "wasm", fieldsWasm);

const shared = {
  absWorkingDir: home,
  bundle: true,
  minify: true,
  target: ["es2022"],
  legalComments: "none",
  charset: "utf8",
  define: {
    __PALET_WASM_INTEGRITY__: JSON.stringify(integrityOf(wasm)),
    __PALET_WASM_NAME__: JSON.stringify(wasmName),
    __PALET_FIELDS_WASM_INTEGRITY__: JSON.stringify(integrityOf(fieldsWasm)),
  },
};
/** Names of the files that are loaded later: those that hold their hash, and the plain ones for the npm package. */
const published = { __PALET_FIELDS_WASM_NAME__: JSON.stringify(fieldsWasmName) };
const plain = {
  __PALET_FIELDS_WASM_NAME__: JSON.stringify("palet_fields_bg.wasm"),
  __PALET_LATER_NAME__: JSON.stringify("later.js"),
};

async function script(entry, format) {
  const define = { ...shared.define, ...published };
  const { outputFiles } = await esbuild.build({ ...shared, define, entryPoints: [entry], format, write: false });
  return Buffer.from(outputFiles[0].text.replaceAll("./palet_bg.wasm", `./${wasmName}`));
}

published.__PALET_LATER_NAME__ = JSON.stringify(await publish("later", "js", await script("src/later/index.ts", "esm")));
await publish("palet", "js", await script("src/entry-module.ts", "esm"));
await publish("palet.iife", "js", await script("src/entry-classic.ts", "iife"));
await publish("inspect", "js", await script("src/inspect.ts", "esm"));

const spoken = await esbuild.build({ ...shared, entryPoints: ["src/words.ts"], format: "esm", write: false });
const languages = await import(`data:text/javascript,${encodeURIComponent(spoken.outputFiles[0].text)}`);
for (const [language, words] of Object.entries(languages)) {
  await publish(`words.${language}`, "json", Buffer.from(JSON.stringify(words)));
}

await esbuild.build({
  ...shared,
  define: { ...shared.define, ...plain },
  entryPoints: ["src/index.ts", "src/inspect.ts", "src/react.ts", "src/words.ts"],
  format: "esm",
  splitting: true,
  external: ["react"],
  outdir: path.join(dist, "npm"),
});
await esbuild.build({
  ...shared,
  define: { ...shared.define, ...plain },
  entryPoints: ["src/later/index.ts"],
  format: "esm",
  outfile: path.join(dist, "npm/later.js"),
});
await writeFile(path.join(dist, "npm/palet_bg.wasm"), wasm);
await writeFile(path.join(dist, "npm/palet_fields_bg.wasm"), fieldsWasm);
execFileSync(process.execPath, [path.join(home, "node_modules/typescript/bin/tsc")], { cwd: home, stdio: "inherit" });
for (const name of ["palet_bg", "palet_fields_bg"]) {
  await cp(path.join(home, `src/wasm/${name}.wasm.d.ts`), path.join(dist, `types/wasm/${name}.wasm.d.ts`));
}

// `page` is what every page with the SDK loads before it shows anything; the size budget counts it. `later` is loaded
// when the page is up: what screen readers hear, forms of local values, the finder of untagged inputs.
const manifest = { version, page: ["palet.js", "palet_bg.wasm"], later: ["later.js", "palet_fields_bg.wasm"], files };
await writeFile(path.join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
