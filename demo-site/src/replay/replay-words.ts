/** A playing recording → what a person reads about it, and the beat of its animation. Pure. */

import type { ReplayStatus } from "../bank/answers.ts";
import { formatSpan } from "../format/date.ts";

/** The speeds that are offered. */
export const SPEEDS = [1, 2, 4, 8] as const;

/** Keys and strokes since the poll before, spread over the time until the next: when the drawing should blink. */
export interface Beats {
  keys: number[];
  strokes: number[];
}

/** How many blinks of a kind are drawn between two polls at most; more would be a flicker. */
export const BEATS_MAX = 12;

/** What came since `before`, as moments evenly spread over the span until the next poll. Order and timing within are not known here. */
export function beatsBetween(before: ReplayStatus | null, now: ReplayStatus, everyMs: number): Beats {
  const since = before?.state === "playing" && before.stream === now.stream ? before : null;
  return {
    keys: spread(now.keys - (since?.keys ?? 0), everyMs),
    strokes: spread(now.strokes - (since?.strokes ?? 0), everyMs),
  };
}

function spread(count: number, everyMs: number): number[] {
  const shown = Math.min(BEATS_MAX, Math.max(0, count));
  return Array.from({ length: shown }, (_, index) => Math.round((index * everyMs) / shown));
}

/** One sentence about where the recording stands. */
export function replaySentence(status: ReplayStatus): string {
  const what = `${status.keys} keys, ${status.strokes} strokes, ${status.batches} batches in ${formatSpan(status.elapsed_ms)}`;
  switch (status.state) {
    case "idle":
      return "Nothing is playing.";
    case "playing":
      return `Playing at ${status.speed} times speed: ${what}.`;
    case "done":
      return status.masked_at_keys === null ? `Done: ${what}. The page stayed as it was.` : `Done: ${what}. Masked after ${status.masked_at_keys} keys.`;
    case "failed":
      return "The recording could not be played to its end.";
  }
}
