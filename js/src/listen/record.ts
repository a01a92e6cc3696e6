/**
 * One event as four numbers, and the ring that holds them until the next frame.
 *
 * ```text
 * [0] time, ms   [1] code   [2] x, px   [3] y, px        (x and y: pointer only)
 *
 * code  bits 0–1   0 key            1 pointer        2 signal
 *       bits 2–    phase:1          phase:3          signal:5
 *                  class:3          kind:2
 *                  slot:5
 *                  field:5   0 open, 1 secret, 2 + n fixed text n
 * ```
 *
 * The same layout is read in `sdk-wasm/src/record.rs`. No string and no key's identity is ever written here.
 */

export const STRIDE = 4;

/** Records until the ring is full: several seconds of the fastest mice, for the time in which the wasm loads. */
export const RING_RECORDS = 4096;

export const KEY = 0;
export const POINTER = 1;
export const SIGNAL = 2;

export const DOWN = 0;
export const UP = 1;

export const FIELD_OPEN = 0;
export const FIELD_SECRET = 1;
export const FIELD_FIXED_TEXT = 2;

export const enum PointerPhase {
  Move = 0,
  Down = 1,
  Up = 2,
  Scroll = 3,
  Cancel = 4,
}

export const enum PointerKind {
  Mouse = 0,
  Touch = 1,
  Pen = 2,
}

export const enum Signal {
  Paste = 0,
  Autofill = 1,
  Composition = 2,
  SoftInput = 3,
  Untrusted = 4,
  Focus = 5,
  Hidden = 6,
  Shown = 7,
  Scroll = 8,
  Copy = 9,
  Overflow = 10,
  Repeat = 11,
}

export const keyCode = (phase: number, keyClass: number, slot: number, field: number): number =>
  KEY | (phase << 2) | (keyClass << 3) | (slot << 6) | (field << 11);

export const pointerCode = (phase: PointerPhase, kind: PointerKind): number => POINTER | (phase << 2) | (kind << 5);

export const signalCode = (signal: Signal): number => SIGNAL | (signal << 2);

/**
 * Records between two drains. `wake` is called when the first record comes into an empty ring.
 *
 * A full ring drops what comes and counts it once as an overflow: the session must know that events are missing.
 */
export class Ring {
  readonly records = new Float64Array(RING_RECORDS * STRIDE);
  head = 0;
  #overflowed = false;
  readonly #wake: () => void;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  push(at: number, code: number, x: number, y: number): void {
    const head = this.head;
    const records = this.records;
    if (head + 2 * STRIDE > records.length) {
      this.#overflow(at);
      return;
    }
    records[head] = at;
    records[head + 1] = code;
    records[head + 2] = x;
    records[head + 3] = y;
    this.head = head + STRIDE;
    if (head === 0) this.#wake();
  }

  /** How many numbers came since the last drain. They stay where they are until the next event. */
  take(): number {
    const taken = this.head;
    this.head = 0;
    this.#overflowed = false;
    return taken;
  }

  /** Forgets everything that is inside, to the last number. */
  wipe(): void {
    this.records.fill(0);
    this.head = 0;
    this.#overflowed = false;
  }

  #overflow(at: number): void {
    if (this.#overflowed) return;
    this.#overflowed = true;
    const head = this.head;
    this.records[head] = at;
    this.records[head + 1] = signalCode(Signal.Overflow);
    this.records[head + 2] = 0;
    this.records[head + 3] = 0;
    this.head = head + STRIDE;
  }
}
