import { describe, expect, it } from "vitest";
import {
  HISTORY_POINTS_MAX,
  type RiskPoint,
  describeCurve,
  drawCurve,
  percent,
  remember,
  shownSpanMs,
} from "../src/panel/curve-scale.ts";

const FRAME = { width: 100, height: 50 };
const calm = (atMs: number, risk: number): RiskPoint => ({ atMs, risk, band: "calm" });
const high = (atMs: number, risk: number): RiskPoint => ({ atMs, risk, band: "high" });

describe("the risk curve", () => {
  it("puts risk 0 at the bottom, risk 1 at the top, now at the right", () => {
    const curve = drawCurve([calm(0, 0), calm(1_000, 1)], 1_000, 1_000, FRAME);
    expect(curve.pieces).toEqual([{ band: "calm", points: "0,50 100,0" }]);
  });
  it("is cut where the band changes, without a gap", () => {
    const curve = drawCurve([calm(0, 0), calm(250, 0.2), high(500, 0.8), high(750, 0.8)], 1_000, 1_000, FRAME);
    expect(curve.pieces).toEqual([
      { band: "calm", points: "0,50 25,40" },
      { band: "high", points: "25,40 50,10 75,10" },
    ]);
  });
  it("holds the last value until now", () => {
    const curve = drawCurve([high(400, 0.5)], 1_000, 1_000, FRAME);
    expect(curve).toEqual({ pieces: [], held: { x1: 40, x2: 100, y: 25, band: "high" } });
  });
  it("starts at the left edge with the update from just before it", () => {
    const curve = drawCurve([calm(0, 0), calm(900, 0.2), calm(1_500, 0.4)], 2_000, 1_000, FRAME);
    expect(curve.pieces[0]?.points).toBe("0,40 50,30");
  });
  it("has nothing to draw before the first update", () => {
    expect(drawCurve([], 1_000, 1_000, FRAME)).toEqual({ pieces: [], held: null });
  });
  it("shows a broken number as full risk, never as none", () => {
    expect(drawCurve([calm(0, Number.NaN)], 0, 1_000, FRAME).held?.y).toBe(0);
    expect(percent(Number.NaN)).toBe("100 %");
  });
});

describe("the history", () => {
  it("is bounded and forgets the oldest", () => {
    let history: RiskPoint[] = [];
    for (let at = 0; at <= HISTORY_POINTS_MAX; at += 1) history = remember(history, calm(at, 0));
    expect(history).toHaveLength(HISTORY_POINTS_MAX);
    expect(history[0]?.atMs).toBe(1);
  });
  it("drops an update that is older than the last", () => {
    expect(remember([calm(10, 0)], high(5, 1))).toEqual([calm(10, 0)]);
  });
  it("widens the span that is shown up to its limit", () => {
    const history = [calm(0, 0)];
    expect([10, 90, 500].map((now) => shownSpanMs(history, now, 60, 180))).toEqual([60, 90, 180]);
  });
  it("is told in a sentence", () => {
    expect(describeCurve([])).toMatch(/No risk/);
    expect(describeCurve([calm(0, 0.1), high(1, 0.83), calm(2, 0.2)])).toBe(
      "Risk is 20 %, band calm; the highest was 83 %; it has changed band 2 times.",
    );
  });
});
