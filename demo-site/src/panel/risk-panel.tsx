/** The live risk: band, curve, kinds of evidence, reasons in words, what is trained, which versions decided. */

import { sentence } from "../format/sentence.ts";
import { connection, latestRisk, notice, riskHistory } from "../palet/connection.ts";
import type { SdkRisk } from "../palet/sdk.ts";
import { Icon } from "../ui/icon.tsx";
import { BandPill } from "./band-pill.tsx";
import { percent } from "./curve-scale.ts";
import { RiskCurve } from "./risk-curve.tsx";
import { EVIDENCE, bandWords, connectionWords, parseBand } from "./risk-words.ts";

/** Everything that PaLet says about this session. */
export function RiskPanel() {
  const risk = latestRisk.value;
  // After a reload the last known word stands until the next one comes.
  const known = risk ?? riskHistory.value.at(-1) ?? null;
  const link = connectionWords(connection.value);
  return (
    <>
      <p class={link.good ? "link link--good" : "link"} role="status">
        <span class="link__dot" aria-hidden="true" />
        <span>
          <strong>{link.short}.</strong> {link.text}
          {notice.value === null ? null : <code class="link__notice">{notice.value.code}</code>}
        </span>
      </p>
      <div class="band" aria-live="polite">
        {known === null ? <span class="pill pill--quiet">No risk yet</span> : <BandPill band={known.band} risk={known.risk} />}
        <p>{known === null ? "Type or move: the first answer comes within seconds." : bandWords(parseBand(known.band)).text}</p>
      </div>
      <RiskCurve history={riskHistory.value} />
      {risk === null ? null : <RiskDetails risk={risk} />}
    </>
  );
}

function RiskDetails({ risk }: { risk: SdkRisk }) {
  return (
    <>
      <Reasons risk={risk} />
      <h3>Evidence by kind</h3>
      <ul class="evidence">
        {EVIDENCE.map(({ name, title, icon }) => (
          <EvidenceRow key={name} icon={icon} title={title} score={risk.subScores[name]} />
        ))}
      </ul>
      <dl class="facts">
        <Fact label="Behaviour alone" value={percent(risk.biometricOnly)} />
        <Fact label="Keystroke reference" value={risk.keysTrained ? "trained" : "not trained yet"} />
        <Fact label="Pointer reference" value={risk.pointerTrained ? "trained" : "not trained yet"} />
        <Fact label="Versions" value={risk.versions} mono />
      </dl>
    </>
  );
}

function Reasons({ risk }: { risk: SdkRisk }) {
  return (
    <>
      <h3>Why</h3>
      {risk.reasons.length === 0 ? (
        <p class="dock__soft">Nothing to report.</p>
      ) : (
        <ul class="why">
          {risk.reasons.map(({ code, text }) => (
            <li key={code}>
              {sentence(text)} <code>{code}</code>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function EvidenceRow({ icon, title, score }: { icon: Parameters<typeof Icon>[0]["name"]; title: string; score: number | null }) {
  return (
    <li>
      <Icon name={icon} />
      <span class="evidence__title">{title}</span>
      <span class="evidence__value">{score === null ? "no evidence" : percent(score)}</span>
      <span class="meter" aria-hidden="true">
        <span style={{ width: percent(score ?? 0).replace(" ", "") }} class={`meter__fill meter__fill--${shade(score)}`} />
      </span>
    </li>
  );
}

/** A shade for a sub-score; the band itself is the policy's alone. */
function shade(score: number | null): string {
  if (score === null || score < 0.35) return "low";
  return score < 0.7 ? "middle" : "top";
}

function Fact({ label, value, mono }: { label: string; value: string; mono?: boolean }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd class={mono ? "mono" : ""}>{value}</dd>
    </div>
  );
}
