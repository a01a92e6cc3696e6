/**
 * `@palet/sdk/inspect`: reads what is about to leave the page, as `palet.inspect` hands it out.
 *
 * Written from the wire's specification and not from the SDK's code, so that the one checks the other. It reads every
 * byte or throws: nothing can be hidden behind what it understands.
 *
 * ```text
 * byte  0        1 …
 *       version  one message: postcard (LEB128 integers, zigzag where signed, lengths and variants as integers)
 * ```
 */

export const VERSION = 1;

const STROKE_FEATURES = 77;
const STEPS_PER_UNIT = 16;
const ABSENT = -32768;
const BINS = 16;

const LADDERS = ["k4", "k3", "k1"] as const;
const CLASSES: Record<Ladder, readonly string[]> = {
  k4: ["left letter", "right letter", "space", "other"],
  k3: ["letter", "space", "other"],
  k1: ["any key"],
};
const SIGNALS =
  "paste autofill composition soft-input untrusted focus hidden shown scroll copy overflow repeat".split(" ");
const FIELD_CLASSES =
  "pan iban account sort-code routing bic national-id tax-id passport name address email phone dob amount balance description cvv pin otp password track custom".split(
    " ",
  );

export type Ladder = (typeof LADDERS)[number];

/** A histogram's cell in words. */
export interface Cell {
  /** `dwell`, `flight_ud`, `flight_dd`, `flight_uu`, `dwell × flight_ud` or `dwell × dwell`. */
  channel: string;
  /** A class, or a pair of classes. */
  keys: string;
  bin: number;
  count: number;
}

export type Window =
  | { kind: "keystroke"; ladder: Ladder; keys: number; repeats: number; hasty: number; cells: Cell[] }
  | { kind: "pointer"; pointer: string; rate: string; samples: number; spanMs: number; strokes: Stroke[] }
  /** `flightDdMs`: between the keys; then, where they were seen, to the key that ended the entry and how long that was held. */
  | { kind: "fixed-text"; field: number; dwellMs: number[]; flightDdMs: number[] }
  | { kind: "device"; class: string; timerQuantumUs: number; pointerRateHz: number }
  | {
      kind: "context";
      signals: Record<string, number>;
      openKeys: number;
      secretKeys: number;
      fixedTextKeys: number;
    };

export interface Stroke {
  kind: string;
  /** In the features' own units; `null` for one that the stroke does not have. */
  features: Array<number | null>;
}

export interface Field {
  id: number;
  class: string;
  source: "sealed" | "local" | "input" | "found";
  sealedBytes: number;
}

export type Message =
  | { type: "hello"; tokenBytes: number; page: bigint; schema: number; consent: string; coarsePointer: boolean; strict: boolean }
  | { type: "batch"; seq: number; windows: Window[] }
  | { type: "fields"; fields: Field[] }
  | { type: "fields-gone"; ids: number[] }
  | { type: "action"; id: number; name: string }
  | { type: "context"; name: string }
  | { type: "goodbye" };

/** What is wrong with bytes that are not a message. */
export class InspectError extends Error {}

/** Reads one message. Throws {@link InspectError} for anything that is not one whole message of this version. */
export function decode(bytes: Uint8Array): Message {
  const reader = new Reader(bytes);
  const version = reader.byte();
  if (version !== VERSION) throw new InspectError(`expected message version ${VERSION}, got ${version}`);
  const message = readMessage(reader);
  reader.end();
  return message;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new InspectError("expected more bytes");
    return byte;
  }

  big(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new InspectError("expected an integer of at most ten bytes");
  }

  number(): number {
    const value = this.big();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new InspectError("expected an integer below 2^53");
    return Number(value);
  }

  signed(): number {
    const value = this.number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  flag(): boolean {
    const byte = this.byte();
    if (byte > 1) throw new InspectError(`expected 0 or 1, got ${byte}`);
    return byte === 1;
  }

  text(): string {
    const length = this.number();
    const text = this.#bytes.subarray(this.#at, this.#at + length);
    if (text.length !== length) throw new InspectError("expected more bytes");
    this.#at += length;
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  }

  /** The length of a list, which cannot be longer than the bytes that are left. */
  list<T>(item: () => T): T[] {
    const length = this.number();
    if (length > this.#bytes.length - this.#at) throw new InspectError("expected a list within the message");
    return Array.from({ length }, item);
  }

  variant<T>(names: readonly T[]): T {
    const at = this.number();
    const name = names[at];
    if (name === undefined) throw new InspectError(`expected a variant below ${names.length}, got ${at}`);
    return name;
  }

  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left !== 0) throw new InspectError(`expected the message's end, got ${left} bytes more`);
  }
}

function readMessage(reader: Reader): Message {
  const type = reader.variant(["hello", "batch", "fields", "fields-gone", "action", "context", "goodbye"] as const);
  switch (type) {
    case "hello":
      return {
        type,
        tokenBytes: reader.text().length,
        page: reader.big(),
        schema: reader.number(),
        consent: reader.variant(["none", "fraud-only", "full"]),
        coarsePointer: reader.flag(),
        strict: reader.flag(),
      };
    case "batch":
      return { type, seq: reader.number(), windows: reader.list(() => readWindow(reader)) };
    case "fields":
      return { type, fields: reader.list(() => readField(reader)) };
    case "fields-gone":
      return { type, ids: reader.list(() => reader.number()) };
    case "action":
      return { type, id: reader.number(), name: reader.text() };
    case "context":
      return { type, name: reader.text() };
    case "goodbye":
      return { type };
  }
}

function readField(reader: Reader): Field {
  const id = reader.number();
  const known = reader.variant(FIELD_CLASSES);
  const own = reader.flag() ? reader.text() : null;
  const source = reader.variant(["sealed", "local", "input", "found"] as const);
  return { id, class: own ?? known, source, sealedBytes: source === "sealed" ? reader.text().length : 0 };
}

function readWindow(reader: Reader): Window {
  const kind = reader.variant(["keystroke", "pointer", "fixed-text", "device", "context"] as const);
  switch (kind) {
    case "keystroke": {
      const ladder = reader.variant(LADDERS);
      const [keys, repeats, hasty] = [reader.number(), reader.byte(), reader.byte()];
      const cells = reader.list(() => describeCell(ladder, reader.number(), reader.byte()));
      return { kind, ladder, keys, repeats, hasty, cells };
    }
    case "pointer":
      return {
        kind,
        pointer: reader.variant(["mouse", "touch", "pen"]),
        rate: reader.variant(["fine", "medium", "coarse"]),
        samples: reader.number(),
        spanMs: reader.number(),
        strokes: reader.list(() => readStroke(reader)),
      };
    case "fixed-text": {
      const numbers = (): number[] => reader.list(() => reader.number());
      return { kind, field: reader.byte(), dwellMs: numbers(), flightDdMs: numbers() };
    }
    case "device":
      return {
        kind,
        class: reader.variant(["desktop", "mobile"]),
        timerQuantumUs: reader.number(),
        pointerRateHz: reader.number(),
      };
    case "context": {
      const counts = reader.list(() => reader.number());
      const signals: Record<string, number> = {};
      counts.forEach((count, at) => {
        if (count > 0) signals[SIGNALS[at] ?? `signal ${at}`] = count;
      });
      return { kind, signals, openKeys: reader.number(), secretKeys: reader.number(), fixedTextKeys: reader.number() };
    }
  }
}

function readStroke(reader: Reader): Stroke {
  const kind = reader.variant(["move", "click", "drag"]);
  const features = Array.from({ length: STROKE_FEATURES }, () => reader.signed());
  return { kind, features: features.map((value) => (value === ABSENT ? null : value / STEPS_PER_UNIT)) };
}

/** Channels in the order of their cells: name, whether it has a group a class, a pair or none, bins of a group. */
const CHANNELS = [
  ["dwell", "class", BINS],
  ["flight_ud", "pair", BINS],
  ["flight_dd", "pair", BINS],
  ["flight_uu", "pair", BINS],
  ["dwell × flight_ud", "pair", 42],
  ["dwell × dwell", "none", 36],
] as const;

function describeCell(ladder: Ladder, cell: number, count: number): Cell {
  const classes = CLASSES[ladder];
  let at = cell;
  for (const [channel, by, bins] of CHANNELS) {
    const groups = by === "none" ? 1 : by === "class" ? classes.length : classes.length ** 2;
    if (at < groups * bins) {
      const group = Math.floor(at / bins);
      const pair = `${classes[Math.floor(group / classes.length)]}, then ${classes[group % classes.length]}`;
      const keys = by === "none" ? "any keys" : by === "class" ? String(classes[group]) : pair;
      return { channel, keys, bin: at % bins, count };
    }
    at -= groups * bins;
  }
  throw new InspectError(`expected a cell of ladder ${ladder}, got ${cell}`);
}
