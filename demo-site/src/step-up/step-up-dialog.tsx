/** Proof of who somebody is, by a code sent to the phone: a modal dialog, with the demonstration's phone beside it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { sentenceOf } from "../app/state.ts";
import type { Reason } from "../bank/answers.ts";
import { BankFault, bank } from "../bank/client.ts";
import { askedStepUp } from "../palet/connection.ts";
import { Fault } from "../ui/fault.tsx";
import { Icon } from "../ui/icon.tsx";
import { ReasonList } from "../ui/reason-list.tsx";
import { usePoll } from "../ui/use-poll.ts";

const PHONE_EVERY_MS = 1_000;

/**
 * Asks for the code until it is right, the tries are used up, or the person gives up. The field is secret by its
 * `autocomplete` and not a field of PaLet's: a policy that locks inputs must not lock the way out.
 */
export function StepUpDialog(props: {
  reference: string;
  reasons: readonly Reason[];
  onPassed: () => void;
  onGivenUp: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [stepUp, setStepUp] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
    bank.startStepUp(props.reference).then(
      (answer) => setStepUp(answer.step_up),
      (reason: unknown) => setFault(sentenceOf(reason)),
    );
  }, [props.reference]);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget as HTMLFormElement).get("code") ?? "").replace(/\s+/g, "");
    if (stepUp === null) return;
    try {
      await bank.verifyStepUp(stepUp, code);
      askedStepUp.value = null;
      props.onPassed();
    } catch (reason) {
      setFault(codeFault(reason));
    }
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="step-up-title" onClose={props.onGivenUp}>
      <form class="stack" onSubmit={submit}>
        <h2 id="step-up-title">Please confirm that it is you</h2>
        <p>We have sent a code to the account holder’s phone.</p>
        <ReasonList reasons={props.reasons} />
        <Fault text={fault} />
        <div class="control">
          <label for="step-up-code">Code</label>
          <input
            id="step-up-code"
            name="code"
            class="mono"
            inputMode="numeric"
            autocomplete="one-time-code"
            aria-invalid={fault !== null}
            autofocus
            required
          />
        </div>
        <Phone />
        <div class="actions">
          <button class="button" disabled={stepUp === null}>
            Confirm
          </button>
          <button type="button" class="button button--plain" onClick={() => dialog.current?.close()}>
            Not now
          </button>
        </div>
        <p class="hint muted">
          Reference <span class="mono">{props.reference}</span>
        </p>
      </form>
    </dialog>
  );
}

function codeFault(reason: unknown): string {
  if (reason instanceof BankFault && reason.code === "code-wrong") {
    const left = reason.members["tries_left"];
    return typeof left === "number" ? `This is not the code. Tries left: ${left}.` : "This is not the code.";
  }
  return sentenceOf(reason);
}

/** The customer's phone, which in a real bank is in the customer's pocket. */
function Phone() {
  const [open, setOpen] = useState(false);
  const messages = usePoll(bank.phone, PHONE_EVERY_MS, open);
  return (
    <details class="phone" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name="phone" /> Look at the customer’s phone
      </summary>
      <p class="hint muted">Only in this demonstration: a stranger at the keyboard would not hold it.</p>
      <ul aria-live="polite">
        {messages?.slice(0, 3).map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
        {messages?.length === 0 ? <li class="muted">No message yet.</li> : null}
      </ul>
    </details>
  );
}
