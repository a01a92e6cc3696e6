/** Who types, drawn from counts alone: a keyboard of blank keys that blink, a pointer that hops. No key is ever shown. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { ReplayStatus } from "../bank/answers.ts";
import { type Beats, beatsBetween } from "./replay-words.ts";

const ROWS = [10, 9, 7];
const KEY = { width: 22, height: 20, gap: 4 };
const KEYS = ROWS.reduce((sum, row) => sum + row, 0);
const LIT_MS = 140;

/** The drawing and the last words of the generic text. */
export function TypistView({ status, everyMs }: { status: ReplayStatus; everyMs: number }) {
  const { lit, hops } = useBeats(status, everyMs);
  return (
    <div class="typist">
      <svg viewBox="0 0 300 86" role="img" aria-label="A blank keyboard that blinks in the recording’s tempo">
        {keyPlaces().map(({ x, y }, index) => (
          <rect key={index} x={x} y={y} width={KEY.width} height={KEY.height} rx="4" class={lit === index ? "key key--lit" : "key"} />
        ))}
        <circle class="mouse" cx={276} cy={14 + (hops % 3) * 20} r="7" />
      </svg>
      <p class="typist__text" aria-hidden="true">
        {status.text === "" ? " " : `… ${status.text}`}
      </p>
    </div>
  );
}

function keyPlaces(): { x: number; y: number }[] {
  return ROWS.flatMap((count, row) =>
    Array.from({ length: count }, (_, column) => ({
      x: 2 + row * 11 + column * (KEY.width + KEY.gap),
      y: 6 + row * (KEY.height + KEY.gap + 4),
    })),
  );
}

/** Lights blank keys one after another; which one lights has nothing to do with the key that was pressed. */
function useBeats(status: ReplayStatus, everyMs: number): { lit: number | null; hops: number } {
  const before = useRef<ReplayStatus | null>(null);
  const [lit, setLit] = useState<number | null>(null);
  const [hops, setHops] = useState(0);
  useEffect(() => {
    const beats: Beats = beatsBetween(before.current, status, everyMs);
    before.current = status;
    const timers = [
      ...beats.keys.map((at, index) => setTimeout(() => setLit((status.keys + index * 7) % KEYS), at)),
      ...beats.keys.slice(-1).map((at) => setTimeout(() => setLit(null), at + LIT_MS)),
      ...beats.strokes.map((at) => setTimeout(() => setHops((count) => count + 1), at)),
    ];
    return () => timers.forEach(clearTimeout);
  }, [status, everyMs]);
  return { lit, hops };
}
