/** Reasons of a decision, one sentence each. */

import type { Reason } from "../bank/answers.ts";
import { sentence } from "../format/sentence.ts";

/** Nothing where there are none. */
export function ReasonList({ reasons }: { reasons: readonly Reason[] }) {
  if (reasons.length === 0) return null;
  return (
    <ul class="reasons">
      {reasons.map(({ code, text }) => (
        <li key={code}>{sentence(text)}</li>
      ))}
    </ul>
  );
}
