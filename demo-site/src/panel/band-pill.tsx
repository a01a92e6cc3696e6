/** The policy's band and the risk in one word and one number. */

import { percent } from "./curve-scale.ts";
import { bandWords, parseBand } from "./risk-words.ts";

/** A pill in the band's colour; colour never stands alone. */
export function BandPill({ band, risk }: { band: string; risk: number }) {
  const name = parseBand(band);
  return (
    <span class={`pill pill--${name}`}>
      <strong>{bandWords(name).title}</strong> <span>{percent(risk)}</span>
    </span>
  );
}
