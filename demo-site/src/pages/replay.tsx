/** The player alone, for a second tab beside the bank's: plays, and shows the backend's view of the same session. */

import { me } from "../app/state.ts";
import type { RiskAssessment } from "../bank/answers.ts";
import { bank } from "../bank/client.ts";
import { BandPill } from "../panel/band-pill.tsx";
import { ReplayPanel } from "../replay/replay-panel.tsx";
import { ReasonList } from "../ui/reason-list.tsx";
import { usePoll } from "../ui/use-poll.ts";

const RISK_EVERY_MS = 1_000;

/** Needs a session in another tab of the same browser. */
export function ReplayPage() {
  const risk = usePoll(bank.risk, RISK_EVERY_MS, me.value !== null);
  return (
    <div class="page page--narrow">
      <h1 tabIndex={-1}>Play a recording</h1>
      {me.value === null ? (
        <p>
          Nobody is signed in. <a href="/login">Sign in</a> first, then open this page in a second tab and watch the first.
        </p>
      ) : (
        <>
          <p class="lead">
            Keep the bank open in another tab, side by side. What plays here joins {me.value.name}’s session there.
          </p>
          <section class="dock dock--inline" aria-label="Player">
            <ReplayPanel />
          </section>
          {risk === null ? null : <BackendView risk={risk} />}
        </>
      )}
    </div>
  );
}

function BackendView({ risk }: { risk: RiskAssessment }) {
  return (
    <section class="card stack" aria-labelledby="backend">
      <h2 id="backend">What the bank’s backend is told</h2>
      <p>
        <BandPill band={risk.band} risk={risk.risk} /> decision <strong>{risk.decision}</strong>
      </p>
      <ReasonList reasons={risk.reasons} />
      <p class="hint muted mono">
        {risk.versions.model} · {risk.versions.policy} · {risk.versions.references}
      </p>
    </section>
  );
}
