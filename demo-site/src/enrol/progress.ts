/** How far the enrolment is: what the reference has, what the server holds of this session, what was typed just now. */

import type { Enrolment } from "../bank/answers.ts";

/** One bar. All numbers in its own unit, `reached` and `fresh` within 0..=want. */
export interface Bar {
  label: string;
  unit: string;
  /** Learnt, or received by the server. */
  reached: number;
  /** Typed in this page and not yet received: blocks are sent whole. */
  fresh: number;
  want: number;
  done: boolean;
}

/** What this page counted itself since it appeared. */
export interface LocalCounts {
  keys: number;
  strokes: number;
  entries: number;
}

/** The three bars. */
export function progressBars(enrolment: Enrolment, local: LocalCounts): Bar[] {
  const { keys, pointer, fixed_text, live } = enrolment;
  return [
    bar("Keystroke reference", "keys", keys, live.keys, local.keys),
    bar("Pointer reference", "strokes", pointer, live.strokes, local.strokes),
    bar("Sign-in phrase", "entries", fixed_text, live.entries, local.entries),
  ];
}

function bar(label: string, unit: string, of: { have: number; want: number; trained: boolean }, live: number, local: number): Bar {
  const want = Math.max(1, of.want);
  const reached = Math.min(want, of.have + live);
  const fresh = Math.min(want - reached, Math.max(0, local - live));
  return { label, unit, reached, fresh, want, done: of.trained || reached >= want };
}

/** Whether nothing more is wanted of it. */
export function isFull({ reached, fresh, want, done }: Bar): boolean {
  return done || reached + fresh >= want;
}

/** "420 of 600 keys". */
export function barWords({ reached, fresh, want, unit }: Bar): string {
  return `${reached + fresh} of ${want} ${unit}`;
}
