/** The guided page: the phrase a few times, a few paragraphs, a pointer exercise; then PaLet learns and says so. */

import { useState } from "preact/hooks";
import { me, refreshMe, sentenceOf } from "../app/state.ts";
import type { Enrolment } from "../bank/answers.ts";
import { bank } from "../bank/client.ts";
import { connection, palet, restartPalet } from "../palet/connection.ts";
import { PasskeyCard } from "../step-up/passkey-card.tsx";
import { Fault } from "../ui/fault.tsx";
import { Icon } from "../ui/icon.tsx";
import { usePoll } from "../ui/use-poll.ts";
import { PhraseTask } from "./phrase-task.tsx";
import { PointerTask } from "./pointer-task.tsx";
import { type Bar, type LocalCounts, barWords, isFull, progressBars } from "./progress.ts";
import { TypingTask } from "./typing-task.tsx";

const PROGRESS_EVERY_MS = 2_000;
type Stage = "collecting" | "learning" | "learnt";

/** The whole enrolment. */
export function EnrolPage() {
  const [stage, setStage] = useState<Stage>("collecting");
  const [fault, setFault] = useState<string | null>(null);
  const [learnt, setLearnt] = useState<Enrolment | null>(null);
  const [local, setLocal] = useState<LocalCounts>({ keys: 0, strokes: 0, entries: 0 });
  const polled = usePoll(bank.enrolment, PROGRESS_EVERY_MS, stage === "collecting");
  const enrolment = learnt ?? polled;
  const bars = enrolment === null ? null : progressBars(enrolment, local);
  const count = (part: keyof LocalCounts) => setLocal((before) => ({ ...before, [part]: before[part] + 1 }));
  const finish = async () => {
    setStage("learning");
    setFault(null);
    try {
      setLearnt(await learn());
      setStage("learnt");
    } catch (reason) {
      setFault(sentenceOf(reason));
      setStage("collecting");
    }
  };
  return (
    <div class="page enrol">
      <h1 tabIndex={-1}>Get to know each other</h1>
      <p class="lead">
        Type and move as you always do, mistakes included. A few minutes are enough for a first reference; it lives on this
        bank’s server and can be erased there at any time.
      </p>
      <p class="muted">
        In the bars, solid is what the bank’s server has received; light was counted in this page and is not sent yet, as blocks are
        sent whole.
      </p>
      {connection.value === "missing" ? <Fault text="PaLet’s files did not load, so nothing can be learnt in this page." /> : null}
      {bars === null ? null : <ProgressBars bars={bars} />}
      {stage === "collecting" ? (
        <>
          <PhraseTask onEntry={() => count("entries")} />
          <TypingTask onKey={() => count("keys")} />
          <PointerTask onStroke={() => count("strokes")} />
        </>
      ) : null}
      <Finish stage={stage} fault={fault} enrolment={enrolment} enough={bars?.every(isFull) ?? false} onFinish={finish} />
      {stage === "learnt" ? <PasskeyCard /> : null}
    </div>
  );
}

const LEARN_WITHIN_MS = 30_000;
const LEARN_POLL_MS = 500;

/** Sends what is left, lets the bank confirm the session, and waits until PaLet has learnt from it or time is up. */
async function learn(): Promise<Enrolment> {
  await palet()?.flush();
  const before = await bank.enrolment();
  await bank.finishEnrolment();
  await refreshMe();
  if (me.value) await restartPalet(me.value.session ?? me.value.id);
  const giveUpAt = Date.now() + LEARN_WITHIN_MS;
  for (;;) {
    const now = await bank.enrolment();
    if (now.state === "trained" || now.sessions > before.sessions || Date.now() > giveUpAt) return now;
    await new Promise((resolve) => setTimeout(resolve, LEARN_POLL_MS));
  }
}

function ProgressBars({ bars }: { bars: readonly Bar[] }) {
  return (
    <section class="card bars-card" aria-label="Progress">
      {bars.map((bar) => (
        <div key={bar.label} class={bar.done ? "progress progress--done" : "progress"}>
          <p id={`progress-${bar.unit}`}>
            <span>{bar.label}</span>
            <span class="progress__count">
              {bar.done ? <Icon name="check" /> : null}
              {barWords(bar)}
            </span>
          </p>
          <div
            class="progress__track"
            role="progressbar"
            aria-labelledby={`progress-${bar.unit}`}
            aria-valuemin={0}
            aria-valuemax={bar.want}
            aria-valuenow={bar.reached + bar.fresh}
            aria-valuetext={barWords(bar)}
          >
            <span class="progress__reached" style={{ width: `${(100 * bar.reached) / bar.want}%` }} />
            <span class="progress__fresh" style={{ width: `${(100 * bar.fresh) / bar.want}%` }} />
          </div>
        </div>
      ))}
    </section>
  );
}

function Finish(props: { stage: Stage; fault: string | null; enrolment: Enrolment | null; enough: boolean; onFinish: () => void }) {
  const { stage, enrolment, enough } = props;
  return (
    <section class="card stack" aria-labelledby="finish">
      <h2 id="finish">{stage === "learnt" ? "That was it" : "Finish"}</h2>
      <Fault text={props.fault} />
      <div role="status">
        {stage === "learning" ? <p>Learning from what you typed …</p> : null}
        {stage === "learnt" ? <p>{enrolment?.message}</p> : null}
        {stage === "collecting" && enrolment !== null ? (
          <p class="muted">{enough ? "That is enough for a first reference." : enrolment.message}</p>
        ) : null}
      </div>
      <p class="actions">
        {stage === "learnt" ? (
          <a class="button" href="/accounts">
            Go to your accounts <Icon name="arrow" />
          </a>
        ) : (
          <button type="button" class="button" disabled={stage === "learning"} onClick={props.onFinish}>
            Learn from this session
          </button>
        )}
        {stage === "collecting" ? (
          <a class="button button--plain" href="/accounts">
            Do this later
          </a>
        ) : null}
      </p>
    </section>
  );
}
