/** Risk over time as a drawing, redrawn once a second so that time passes even when nothing comes. */

import { useEffect, useState } from "preact/hooks";
import { formatSpan } from "../format/date.ts";
import { type RiskPoint, describeCurve, drawCurve, shownSpanMs } from "./curve-scale.ts";

const FRAME = { width: 320, height: 110 };
const SPAN_LEAST_MS = 60_000;
const SPAN_MOST_MS = 300_000;
const REDRAW_EVERY_MS = 1_000;
const GRID = [0.25, 0.5, 0.75];

/** The curve in the colours of the bands. */
export function RiskCurve({ history }: { history: readonly RiskPoint[] }) {
  const nowMs = useNow(REDRAW_EVERY_MS);
  const spanMs = shownSpanMs(history, nowMs, SPAN_LEAST_MS, SPAN_MOST_MS);
  const { pieces, held } = drawCurve(history, nowMs, spanMs, FRAME);
  return (
    <figure class="curve">
      <svg viewBox={`0 -4 ${FRAME.width} ${FRAME.height + 8}`} role="img" aria-label={describeCurve(history)} preserveAspectRatio="none">
        {GRID.map((share) => (
          <line key={share} class="curve__grid" x1="0" x2={FRAME.width} y1={FRAME.height * share} y2={FRAME.height * share} />
        ))}
        <line class="curve__axis" x1="0" x2={FRAME.width} y1={FRAME.height} y2={FRAME.height} />
        {pieces.map((piece, index) => (
          <polyline key={index} class={`curve__line curve__line--${piece.band}`} points={piece.points} />
        ))}
        {held === null ? null : (
          <line class={`curve__held curve__line--${held.band}`} x1={held.x1} x2={held.x2} y1={held.y} y2={held.y} />
        )}
      </svg>
      <figcaption>
        <span>{formatSpan(spanMs)} ago</span>
        <span class="curve__legend">risk, 0 to 100 %</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}

function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
