import { describe, expect, it } from "vitest";
import type { ReplayStatus } from "../src/bank/answers.ts";
import { BEATS_MAX, beatsBetween, replaySentence } from "../src/replay/replay-words.ts";

const status = (changes: Partial<ReplayStatus>): ReplayStatus => ({
  state: "playing",
  stream: "stranger",
  speed: 4,
  elapsed_ms: 12_000,
  keys: 83,
  strokes: 12,
  batches: 2,
  masked_at_keys: null,
  text: "",
  ...changes,
});

describe("the beat of a recording", () => {
  it("spreads what came since the poll before over the time until the next", () => {
    expect(beatsBetween(status({ keys: 79, strokes: 11 }), status({}), 500)).toEqual({ keys: [0, 125, 250, 375], strokes: [0] });
  });
  it("starts from nothing when another recording plays", () => {
    const { keys } = beatsBetween(status({ stream: "owner", keys: 80 }), status({ keys: 3, strokes: 0 }), 300);
    expect(keys).toEqual([0, 100, 200]);
  });
  it("is bounded and never negative", () => {
    expect(beatsBetween(null, status({ keys: 10_000 }), 500).keys).toHaveLength(BEATS_MAX);
    expect(beatsBetween(status({ keys: 90 }), status({ keys: 83 }), 500).keys).toEqual([]);
  });
});

describe("a recording in words", () => {
  it("says how it ended", () => {
    expect(replaySentence(status({ state: "done", masked_at_keys: 64 }))).toBe(
      "Done: 83 keys, 12 strokes, 2 batches in 12 s. Masked after 64 keys.",
    );
    expect(replaySentence(status({ state: "done" }))).toMatch(/stayed as it was/);
    expect(replaySentence(status({ state: "failed" }))).toMatch(/could not be played/);
  });
});
