/** `palet.iife.js`: for script tags without modules; leaves one global, `Palet`. */

import { autoStart } from "./auto";
import type { InitOptions } from "./options";
import { currentSession, startPalet } from "./palet";

declare const __PALET_WASM_INTEGRITY__: string;
declare const __PALET_WASM_NAME__: string;

const script = document.currentScript as HTMLScriptElement | null;
const assets = {
  wasmUrl: () => new URL(__PALET_WASM_NAME__, script?.src ?? document.baseURI),
  integrity: __PALET_WASM_INTEGRITY__,
};

const Palet = {
  init: (options: InitOptions) => startPalet(options, assets),
  get current() {
    return currentSession();
  },
};

Object.defineProperty(globalThis, "Palet", { value: Palet, configurable: true });
autoStart(script, Palet.init);
