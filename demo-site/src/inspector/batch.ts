/** The plaintext of a batch → what it holds, by the schema's published shape. A byte too many or too few: not readable. */

import { type Ladder } from "./layout.ts";
import { NotReadable, Reader } from "./postcard.ts";

/** The version of the messages and the number of features of a stroke that this reader knows. */
const MESSAGE_VERSION = 1;
export const STROKE_FEATURES = 77;
/** A feature that the stroke does not have. */
export const ABSENT = -32_768;

export interface KeystrokeWindow {
  kind: "keystroke";
  ladder: Ladder;
  keys: number;
  repeats: number;
  hasty: number;
  cells: [number, number][];
}

export interface Stroke {
  kind: "move" | "click" | "drag";
  features: number[];
}

export interface PointerWindow {
  kind: "pointer";
  pointer: "mouse" | "touch" | "pen";
  rate: "fine" | "medium" | "coarse";
  samples: number;
  spanMs: number;
  strokes: Stroke[];
}

export interface FixedTextWindow {
  kind: "fixed-text";
  field: number;
  dwellMs: number[];
  flightDdMs: number[];
  /** Of the key that ended the entry: press to press from the last one, and how long it was held, as far as they were seen. */
  endMs: number[];
}

export interface DeviceWindow {
  kind: "device";
  deviceClass: "desktop" | "mobile";
  timerQuantumUs: number;
  pointerRateHz: number;
}

export interface ContextWindow {
  kind: "context";
  signals: number[];
  openKeys: number;
  secretKeys: number;
  fixedTextKeys: number;
}

export type FeatureWindow = KeystrokeWindow | PointerWindow | FixedTextWindow | DeviceWindow | ContextWindow;

/** What the page says in one message. */
export type PageMessage =
  | { kind: "batch"; seq: number; windows: FeatureWindow[] }
  | { kind: "other"; name: "hello" | "fields" | "fields gone" | "action" | "context" | "goodbye" };

const OTHERS = ["hello", "batch", "fields", "fields gone", "action", "context", "goodbye"] as const;

/** Reads one message. Throws `NotReadable` where the bytes are of another version or shape. */
export function readMessage(bytes: Uint8Array): PageMessage {
  const reader = new Reader(bytes);
  const version = reader.byte();
  if (version !== MESSAGE_VERSION) throw new NotReadable(`expected message version ${MESSAGE_VERSION}, got ${version}`);
  const name = reader.oneOf(OTHERS);
  if (name !== "batch") return { kind: "other", name };
  const message = { kind: "batch" as const, seq: reader.unsigned(), windows: reader.list(() => readWindow(reader)) };
  if (!reader.done) throw new NotReadable("expected the end, got more bytes");
  return message;
}

function readWindow(reader: Reader): FeatureWindow {
  return reader.oneOf([readKeystroke, readPointer, readFixedText, readDevice, readContext])(reader);
}

function readKeystroke(reader: Reader): KeystrokeWindow {
  return {
    kind: "keystroke",
    ladder: reader.oneOf<Ladder>(["K4", "K3", "K1"]),
    keys: reader.unsigned(),
    repeats: reader.byte(),
    hasty: reader.byte(),
    cells: reader.list(() => [reader.unsigned(), reader.byte()]),
  };
}

function readPointer(reader: Reader): PointerWindow {
  return {
    kind: "pointer",
    pointer: reader.oneOf(["mouse", "touch", "pen"] as const),
    rate: reader.oneOf(["fine", "medium", "coarse"] as const),
    samples: reader.unsigned(),
    spanMs: reader.unsigned(),
    strokes: reader.list(() => ({
      kind: reader.oneOf(["move", "click", "drag"] as const),
      features: Array.from({ length: STROKE_FEATURES }, () => reader.signed()),
    })),
  };
}

function readFixedText(reader: Reader): FixedTextWindow {
  const field = reader.byte();
  const dwellMs = reader.list(() => reader.unsigned());
  const flights = reader.list(() => reader.unsigned());
  const between = dwellMs.length - 1;
  return { kind: "fixed-text", field, dwellMs, flightDdMs: flights.slice(0, between), endMs: flights.slice(between) };
}

function readDevice(reader: Reader): DeviceWindow {
  return {
    kind: "device",
    deviceClass: reader.oneOf(["desktop", "mobile"] as const),
    timerQuantumUs: reader.unsigned(),
    pointerRateHz: reader.unsigned(),
  };
}

function readContext(reader: Reader): ContextWindow {
  return {
    kind: "context",
    signals: reader.list(() => reader.unsigned()),
    openKeys: reader.unsigned(),
    secretKeys: reader.unsigned(),
    fixedTextKeys: reader.unsigned(),
  };
}
