/** Keeps the risk curve across a reload, in this tab only. Nothing but times, risks and bands. */

import type { RiskPoint } from "../panel/curve-scale.ts";

const KEY = "specimen-risk-curve";

/** The curve of this session, if the tab still has it. */
export function recallHistory(sessionKey: string): RiskPoint[] {
  try {
    return parseHistory(sessionStorage.getItem(KEY), sessionKey);
  } catch {
    return [];
  }
}

/** Remembers the curve; a browser that refuses storage loses it on reload and nothing else. */
export function storeHistory(sessionKey: string, points: readonly RiskPoint[]): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ sessionKey, points }));
  } catch {
    // Storage is full or refused: the curve starts anew after a reload.
  }
}

/** Stored text → points, if they are this session's and whole. */
export function parseHistory(text: string | null, sessionKey: string): RiskPoint[] {
  if (text === null) return [];
  const stored: unknown = JSON.parse(text);
  if (typeof stored !== "object" || stored === null) return [];
  const { sessionKey: storedKey, points } = stored as { sessionKey?: unknown; points?: unknown };
  return storedKey === sessionKey && Array.isArray(points) ? points.filter(isPoint) : [];
}

function isPoint(value: unknown): value is RiskPoint {
  if (typeof value !== "object" || value === null) return false;
  const { atMs, risk, band } = value as Record<string, unknown>;
  return typeof atMs === "number" && typeof risk === "number" && ["calm", "raised", "high", "severe"].includes(band as string);
}
