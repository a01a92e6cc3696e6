/** Where the wasm file is: beside this module, so that bundlers find it and take it along. */

import type { Assets } from "./palet";

declare const __PALET_WASM_INTEGRITY__: string;

export const assets: Assets = {
  wasmUrl: () => new URL("./palet_bg.wasm", import.meta.url),
  integrity: __PALET_WASM_INTEGRITY__,
};
