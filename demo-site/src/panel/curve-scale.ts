/** Risk over time → lines of an SVG drawing. Pure: the component only paints what comes out of here. */

import type { BandName } from "../bank/answers.ts";

/** One update of the risk. */
export interface RiskPoint {
  atMs: number;
  risk: number;
  band: BandName;
}

/** The drawing's box, in its own units; risk 1 is at the top. */
export interface Frame {
  width: number;
  height: number;
}

/** A piece of the curve within one band. */
export interface CurvePiece {
  band: BandName;
  points: string;
}

/** The curve and where it ends. */
export interface Curve {
  pieces: CurvePiece[];
  /** The last value carried on to now, while no newer one has come; `null` where there is nothing yet. */
  held: { x1: number; x2: number; y: number; band: BandName } | null;
}

/** The longest history that is kept, in updates. */
export const HISTORY_POINTS_MAX = 1_200;

/** Adds an update; the oldest make room. An update from before the last one is dropped. */
export function remember(history: readonly RiskPoint[], point: RiskPoint): RiskPoint[] {
  const last = history.at(-1);
  if (last && point.atMs < last.atMs) return [...history];
  return [...history, { ...point, risk: clampShare(point.risk) }].slice(-HISTORY_POINTS_MAX);
}

/** The span that is shown: from the first update on, at least `leastMs`, at most `mostMs`. */
export function shownSpanMs(history: readonly RiskPoint[], nowMs: number, leastMs: number, mostMs: number): number {
  const first = history[0];
  return Math.min(mostMs, Math.max(leastMs, first ? nowMs - first.atMs : 0));
}

/** Cuts the history into lines by band over the last `spanMs`. A line belongs to the band in which it ends. */
export function drawCurve(history: readonly RiskPoint[], nowMs: number, spanMs: number, frame: Frame): Curve {
  const fromMs = nowMs - spanMs;
  const x = (atMs: number) => round(((Math.max(atMs, fromMs) - fromMs) / spanMs) * frame.width);
  const y = (risk: number) => round((1 - clampShare(risk)) * frame.height);
  const shown = history.slice(Math.max(0, history.findLastIndex((point) => point.atMs <= fromMs)));
  const pieces: CurvePiece[] = [];
  for (let index = 1; index < shown.length; index += 1) {
    const [from, to] = [shown[index - 1], shown[index]];
    if (!from || !to) continue;
    const end = `${x(to.atMs)},${y(to.risk)}`;
    const open = pieces.at(-1);
    if (open && open.band === to.band) open.points += ` ${end}`;
    else pieces.push({ band: to.band, points: `${x(from.atMs)},${y(from.risk)} ${end}` });
  }
  const last = shown.at(-1);
  const held = last ? { x1: x(last.atMs), x2: frame.width, y: y(last.risk), band: last.band } : null;
  return { pieces, held };
}

/** The curve in one sentence, for people who do not see it. */
export function describeCurve(history: readonly RiskPoint[]): string {
  const last = history.at(-1);
  if (!last) return "No risk has been reported yet.";
  const highest = Math.max(...history.map((point) => point.risk));
  const changes = history.filter((point, index) => index > 0 && point.band !== history[index - 1]?.band).length;
  const moves = changes === 0 ? "has not changed band" : `has changed band ${changes === 1 ? "once" : `${changes} times`}`;
  return `Risk is ${percent(last.risk)}, band ${last.band}; the highest was ${percent(highest)}; it ${moves}.`;
}

/** 0.083 → "8 %". */
export function percent(share: number): string {
  return `${Math.round(clampShare(share) * 100)} %`;
}

function clampShare(value: number): number {
  return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 1;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
