import { describe, expect, it } from "vitest";
import type { Enrolment } from "../src/bank/answers.ts";
import { normalisePhrase } from "../src/enrol/phrase.ts";
import { COURSE, isHome, taskAt } from "../src/enrol/pointer-course.ts";
import { barWords, progressBars } from "../src/enrol/progress.ts";
import { PARAGRAPHS, isTyped, splitByTyping } from "../src/enrol/texts.ts";

const ENROLMENT: Enrolment = {
  keys: { have: 100, want: 600, trained: false },
  pointer: { have: 0, want: 150, trained: false },
  fixed_text: { have: 5, want: 5, trained: true },
  sessions: 1,
  live: { keys: 64, strokes: 0, entries: 0 },
  state: "learning",
  message: "",
};

describe("progress", () => {
  it("adds what the server received to what it has, and shows apart what this page still holds", () => {
    const [keys] = progressBars(ENROLMENT, { keys: 90, strokes: 0, entries: 0 });
    expect(keys).toMatchObject({ reached: 164, fresh: 26, want: 600, done: false });
    expect(keys && barWords(keys)).toBe("190 of 600 keys");
  });
  it("never passes what is wanted and never runs backwards", () => {
    const [keys, , phrase] = progressBars({ ...ENROLMENT, live: { keys: 700, strokes: 0, entries: 0 } }, { keys: 20, strokes: 0, entries: 9 });
    expect(keys).toMatchObject({ reached: 600, fresh: 0, done: true });
    expect(phrase).toMatchObject({ reached: 5, fresh: 0, done: true });
  });
});

describe("a paragraph", () => {
  it("is split into what was typed as shown, otherwise, and not yet", () => {
    expect(splitByTyping("The fery l", "The ferry leaves")).toEqual({ same: "The fer", other: "ry ", rest: "leaves" });
    expect(splitByTyping("", "abc")).toEqual({ same: "", other: "", rest: "abc" });
    expect(splitByTyping("abcdef", "abc")).toEqual({ same: "abc", other: "", rest: "" });
  });
  it("is done when its length is typed, mistakes included", () => {
    expect(isTyped("x".repeat(16), "The ferry leaves")).toBe(true);
    expect(isTyped("The ferry leav", "The ferry leaves")).toBe(false);
  });
  it("is done at its end when a few signs were left out before it", () => {
    expect(isTyped("The fery leves", "The ferry leaves")).toBe(true);
    expect(isTyped("es", "The ferry leaves")).toBe(false);
  });
  it("can be typed on any keyboard: no sign outside of plain letters and simple marks", () => {
    for (const paragraph of PARAGRAPHS) expect(paragraph).toMatch(/^[A-Za-z ,.]+$/);
    expect(PARAGRAPHS.join("").length).toBeGreaterThan(1_000);
  });
});

describe("the phrase", () => {
  it("is compared without outer spaces and capitals, as the bank does", () => {
    expect(normalisePhrase("  The Quick River ")).toBe("the quick river");
  });
});

describe("the pointer course", () => {
  it("stays inside of its field on every round", () => {
    for (let step = 0; step < 2 * COURSE.length; step += 1) {
      const task = taskAt(step);
      const places = task.kind === "click" ? [task.x, task.y] : [task.fromX, task.fromY, task.toX, task.toY];
      for (const place of places) expect(place).toBeGreaterThanOrEqual(0.09);
      for (const place of places) expect(place).toBeLessThanOrEqual(0.91);
    }
  });
  it("is mirrored in its second round and itself again in the third", () => {
    expect(taskAt(COURSE.length)).toEqual({ kind: "click", x: 0.88, y: 0.8, size: "large" });
    expect(taskAt(2 * COURSE.length)).toEqual(COURSE[0]);
  });
  it("takes a parcel that is dropped near its place, and no other", () => {
    const drag = { kind: "drag", fromX: 0, fromY: 0, toX: 0.5, toY: 0.5 } as const;
    expect([isHome(drag, 0.55, 0.45), isHome(drag, 0.7, 0.5)]).toEqual([true, false]);
  });
});
