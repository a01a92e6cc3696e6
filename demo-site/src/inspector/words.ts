/** What a window says, in words: signals, ladder steps and the figures of a stroke that a person can picture. */

import { ABSENT, type FeatureWindow, type Stroke } from "./batch.ts";
import type { Ladder } from "./layout.ts";

/** The signals, by code. */
export const SIGNALS: readonly string[] = [
  "Pastes",
  "Autofilled fields",
  "Input-method compositions",
  "Soft-keyboard inputs",
  "Events that no person caused",
  "Fields focused",
  "Times hidden",
  "Times shown again",
  "Scrolls without a wheel",
  "Copies and cuts",
  "Events lost to a full buffer",
  "Held-key repeats",
];

/** Why a block has the classes that it has. */
export const LADDER_WORDS: Readonly<Record<Ladder, string>> = {
  K4: "64 keys or more: four coarse classes of keys",
  K3: "24 to 63 keys: only letter, space and other",
  K1: "fewer than 24 keys: no classes at all",
};

/** "64 keys · 5 strokes": what a batch carries, for its heading. */
export function summarise(windows: readonly FeatureWindow[]): string {
  const total = (count: (window: FeatureWindow) => number) => windows.reduce((sum, window) => sum + count(window), 0);
  const parts = [
    counted(total((window) => (window.kind === "keystroke" ? window.keys : 0)), "key"),
    counted(total((window) => (window.kind === "pointer" ? window.strokes.length : 0)), "stroke"),
    counted(windows.filter((window) => window.kind === "fixed-text").length, "passphrase entry", "passphrase entries"),
    windows.some((window) => window.kind === "context") ? "counters" : "",
    windows.some((window) => window.kind === "device") ? "device" : "",
  ];
  return parts.filter(Boolean).join(" · ") || "nothing";
}

/** "1 key", "64 keys"; an empty text for none. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return count === 0 ? "" : `${count} ${count === 1 ? one : many}`;
}

const STEPS_PER_UNIT = 16;

/** The figures of a stroke that a person can picture, read back from its logarithmic features. */
export interface StrokeFigures {
  durationMs: number;
  lengthPx: number;
  straightPx: number;
  meanPxPerS: number;
  fastestPxPerS: number;
}

/** Undoes the logarithms of the features of extent and speed; the rest of the features stay numbers. */
export function strokeFigures({ features }: Stroke): StrokeFigures {
  const unit = (index: number) => {
    const step = features[index];
    return step === undefined || step === ABSENT ? 0 : step / STEPS_PER_UNIT;
  };
  return {
    durationMs: Math.round(100 * Math.exp(unit(0))),
    lengthPx: Math.round(10 * Math.expm1(unit(1))),
    straightPx: Math.round(10 * Math.expm1(unit(2))),
    meanPxPerS: Math.round(20 * Math.expm1(unit(8))),
    fastestPxPerS: Math.round(20 * Math.expm1(unit(15))),
  };
}
