/**
 * The wasm module: loaded, checked against its hash, and spoken to.
 *
 * It is not there wherever the browser will not have it (no WebAssembly, a CSP without `'wasm-unsafe-eval'`, a blocked
 * or altered file): the page then stays masked by script alone. Functions cross with numbers; bytes and texts cross
 * through the module's memory, where it says so (`sdk-wasm/src/bindings.rs`).
 */

import type * as Exports from "./wasm/palet_bg.wasm.js";
import { FIELD_CLASSES } from "./field-class";
import type { Native } from "./native";

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

/** What can happen to a session, as `happen` in the bindings knows it. */
export const enum Input {
  Timeout = 0,
  Opened = 1,
  Closed = 2,
  Hidden = 3,
  Shown = 4,
  Flush = 5,
  Pause = 6,
  Resume = 7,
  Destroy = 8,
  Inspect = 9,
  InspectNoMore = 10,
  Announce = 11,
  NoToken = 12,
  NoReply = 13,
  Token = 14,
  Reply = 15,
  Frame = 16,
  Context = 17,
  Action = 18,
}

/** Why there is no session, as a stable code. */
export type Fault = "no-webassembly" | "blocked-by-csp" | "not-loaded" | "stopped";

const encoder = /* @__PURE__ */ new TextEncoder();
const decoder = /* @__PURE__ */ new TextDecoder();

let module: WebAssembly.Module | null = null;
/** The instance of the session that runs; its functions take and give numbers alone. */
let wasm: typeof Exports;
/** Where the module reads events. */
let room = new Float64Array();

/** Loads the module, once, and makes an instance. Answers with the reason where it cannot; never throws. */
export async function loadCore(native: Native, url: string | URL, integrity: string): Promise<Fault | null> {
  if (typeof WebAssembly !== "object") return "no-webassembly";
  try {
    if (!module) {
      const answer = await native.fetch(url, { integrity, credentials: "same-origin" });
      if (!answer.ok) return "not-loaded";
      module = await WebAssembly.compile(await answer.arrayBuffer());
    }
    wasm = (await WebAssembly.instantiate(module)).exports as unknown as typeof Exports;
    room = new Float64Array();
    return null;
  } catch (error) {
    return error instanceof WebAssembly.CompileError ? "blocked-by-csp" : "not-loaded";
  }
}

const bytesAt = (at: number, length: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(wasm.memory.buffer, at >>> 0, length);

/** Lays bytes down for the module's next function. */
function lay(bytes: Uint8Array): void {
  bytesAt(wasm.input_at(bytes.length), bytes.length).set(bytes);
}

/** Begins a session. Returns whether its settings were good. */
export function begin(serverKey: Uint8Array, consent: number, coarse: boolean, strict: boolean, now: number): boolean {
  const room = bytesAt(wasm.input_at(64), 64);
  crypto.getRandomValues(room.subarray(0, 32));
  room.set(serverKey, 32);
  return wasm.begin(consent, +coarse, +strict, now) === 1;
}

/** Tells the session that something happened, with the bytes or the text that belong to it. */
export function happen(input: Input, now: number, what?: Uint8Array | string): number {
  if (what !== undefined) lay(typeof what === "string" ? encoder.encode(what) : what);
  return wasm.happen(input, now);
}

/** Hands the ring's first numbers over; answers as {@link deadline} does. */
export function drain(records: Float64Array, count: number, now: number): number {
  // A memory that has grown leaves a view of no length behind.
  if (!room.length) room = new Float64Array(wasm.memory.buffer, wasm.events_at() >>> 0, records.length);
  for (let at = 0; at < count; at++) room[at] = records[at] as number;
  return wasm.drain(count, now);
}

/** Declares a field; told to the server at the next {@link Input.Announce}. `source`: 0 sealed, 1 local, 2 input. */
export function declare(id: number, className: string, source: number, sealed: string): void {
  const known = FIELD_CLASSES.indexOf(className);
  const name = known < 0 ? className : "";
  lay(encoder.encode(name + sealed));
  wasm.declare(id, known, encoder.encode(name).length, source);
}

/** The bytes of the effect, copied out. */
export const bytes = (): Uint8Array<ArrayBuffer> => part(wasm.texts()).slice();

/** A text of the effect; `null` where it has none. */
export const text = (at: number): string | null => (at < wasm.texts() ? decoder.decode(part(at)) : null);

const part = (at: number): Uint8Array<ArrayBuffer> => bytesAt(wasm.part_at(at), wasm.part_bytes(at));

/** Goes to the next effect; its code. */
export const poll = (): Effect => wasm.poll();

/** A number of the effect; NaN where it has none. */
export const number = (at: number): number => wasm.number(at);

/** When the session wants to hear of the time. **Units**: ms; infinity for never, NaN while effects wait. */
export const deadline = (): number => wasm.deadline();

/** A field that is gone; told to the server at the next {@link Input.Announce}. */
export const retire = (id: number): void => wasm.retire(id);
