// Runs the encoder as a page would: size over the wire, time a block, and how far it is from training.
// usage: node measure.mjs encoder.wasm weights.bin vectors.json
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";

const [wasmFile, weightsFile, vectorsFile] = process.argv.slice(2);
const [wasm, weights] = [readFileSync(wasmFile), readFileSync(weightsFile)];
const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
const { instance } = await WebAssembly.instantiate(wasm, {});
const page = instance.exports;
if (page.weights_bytes() !== weights.length) {
  throw new Error(`expected ${page.weights_bytes()} bytes of weights, got ${weights.length}`);
}
new Uint8Array(page.memory.buffer, page.weights(), weights.length).set(weights);
page.load();
const vectors = JSON.parse(readFileSync(vectorsFile, "utf8"));
let away = 0;
for (const { input, keys, embedding } of vectors) {
  new Float32Array(page.memory.buffer, page.input(), input.length).set(input);
  page.encode(keys);
  const made = new Float32Array(page.memory.buffer, page.embedding(), embedding.length);
  embedding.forEach((value, at) => (away = Math.max(away, Math.abs(value - made[at]))));
}
const times = [];
for (let turn = 0; turn < 200; turn++) {
  const began = process.hrtime.bigint();
  page.encode(64);
  times.push(Number(process.hrtime.bigint() - began) / 1e6);
}
times.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    wasm_brotli: brotli(wasm),
    weights_brotli: brotli(weights),
    weights: weights.length,
    ms_per_block_median: times[100],
    away,
  }),
);
