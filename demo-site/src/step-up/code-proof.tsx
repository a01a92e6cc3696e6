/**
 * The proof by a code on a phone: this demonstration's way for browsers without passkeys, and labelled as such. The phone
 * is drawn in the same page, which proves nothing to anybody; a bank would send the code to a phone in a pocket.
 */

import { useEffect, useState } from "preact/hooks";
import { me, sentenceOf } from "../app/state.ts";
import { BankFault, bank } from "../bank/client.ts";
import { Fault } from "../ui/fault.tsx";
import { Icon } from "../ui/icon.tsx";
import { usePoll } from "../ui/use-poll.ts";
import type { Obstacle } from "./passkey.ts";
import type { ProofProps } from "./step-up-dialog.tsx";

const PHONE_EVERY_MS = 1_000;

/**
 * The field for the code. It is secret by its `autocomplete` and not a field of PaLet's: a policy that locks inputs must
 * not lock the way out.
 */
export function CodeProof(props: ProofProps & { why: Obstacle | null }) {
  const [stepUp, setStepUp] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    let here = true;
    let open: string | null = null;
    bank.startCodeStepUp(props.reference).then(
      ({ step_up }) => {
        open = step_up;
        if (here) setStepUp(step_up);
        else void bank.cancelStepUp(step_up).catch(() => undefined);
      },
      (reason: unknown) => here && setFault(sentenceOf(reason)),
    );
    return () => {
      here = false;
      // A proof that was passed is over for the bank: then this changes nothing.
      if (open !== null) void bank.cancelStepUp(open).catch(() => undefined);
    };
  }, [props.reference]);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget as HTMLFormElement).get("code") ?? "").replace(/\s+/g, "");
    if (stepUp === null) return;
    try {
      await bank.verifyCode(stepUp, code);
      props.onPassed();
    } catch (reason) {
      setFault(`${codeFault(reason)} What is masked stays masked.`);
    }
  };
  return (
    <form class="stack" onSubmit={submit}>
      <p class="notice">
        <Icon name="warn" />
        <span>
          <strong>Demonstration only.</strong> <WhyNoPasskey why={props.why} />
        </span>
      </p>
      <Fault text={fault} />
      <div class="control">
        <label for="step-up-code">Code from the customer’s phone</label>
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
        <button type="button" class="button button--plain" onClick={props.onLeave}>
          Not now
        </button>
      </div>
    </form>
  );
}

function WhyNoPasskey({ why }: { why: Obstacle | null }) {
  if (why === "browser") return <>This browser has no passkeys, so a code takes their place.</>;
  if (why === "address") {
    const address = me.value?.passkeys.address ?? "";
    return (
      <>
        Passkeys belong to a host’s name, not to the number in this address. They work at <a href={address}>{address}</a>;
        here a code takes their place.
      </>
    );
  }
  if (me.value?.passkeys.count === 0) {
    return <>There is no passkey yet, and none can be set up while it is in doubt who is here. A code takes its place.</>;
  }
  return <>A code takes the passkey’s place.</>;
}

function codeFault(reason: unknown): string {
  if (reason instanceof BankFault && reason.code === "code-wrong") {
    const left = reason.members["tries_left"];
    return left === 0 ? "This is not the code, and there are no tries left." : `This is not the code. Tries left: ${left}.`;
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
      <p class="hint muted">A stranger at the keyboard would not hold it.</p>
      <ul aria-live="polite">
        {messages?.slice(0, 3).map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
        {messages?.length === 0 ? <li class="muted">No message yet.</li> : null}
      </ul>
    </details>
  );
}
