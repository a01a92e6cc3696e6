/**
 * The wasm module: loaded, checked against its hash, and read.
 *
 * `null` wherever the browser will not have it (no WebAssembly, a CSP without `'wasm-unsafe-eval'`, a blocked or altered
 * file): the page then stays masked by script alone.
 */

import { Core, initSync } from "./wasm/palet.js";
import type { Native } from "./native";

export type { Core };

/** Codes of effects, as `sdk-wasm/src/note.rs` lists them with their parts. */
export const enum Effect {
  None = 0,
  NeedToken = 1,
  Connect = 2,
  Disconnect = 3,
  Send = 4,
  Post = 5,
  Beacon = 6,
  Paint = 7,
  MaskAll = 8,
  Risk = 9,
  StepUp = 10,
  ActionAnswer = 11,
  State = 12,
  Inspect = 13,
  Refused = 14,
  Lost = 15,
}

/** Why there is no wasm, as a stable code. */
export type LoadFault = "no-webassembly" | "blocked-by-csp" | "not-loaded";

export interface Loaded {
  make: typeof Core.make | null;
  fault: LoadFault | null;
}

/** Loads the module. Never throws. */
export async function loadCore(native: Native, url: string | URL, integrity: string): Promise<Loaded> {
  if (typeof WebAssembly !== "object") return { make: null, fault: "no-webassembly" };
  try {
    const answer = await native.fetch(url, { integrity, credentials: "same-origin" });
    if (!answer.ok) return { make: null, fault: "not-loaded" };
    const bytes = await answer.arrayBuffer();
    initSync({ module: await WebAssembly.compile(bytes) });
    return { make: Core.make, fault: null };
  } catch (error) {
    return { make: null, fault: error instanceof WebAssembly.CompileError ? "blocked-by-csp" : "not-loaded" };
  }
}

/** 32 bytes from the browser's cryptographic generator. */
export const freshSeed = (): Uint8Array => crypto.getRandomValues(new Uint8Array(32));
