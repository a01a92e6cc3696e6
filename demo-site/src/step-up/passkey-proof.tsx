/** The proof by passkey: the browser asks for finger, face or PIN, and the bank checks what the passkey signed. */

import { useEffect, useRef, useState } from "preact/hooks";
import { sentenceOf } from "../app/state.ts";
import { bank } from "../bank/client.ts";
import { Fault } from "../ui/fault.tsx";
import { answerChallenge, browserRefusal } from "./passkey.ts";
import type { ProofProps } from "./step-up-dialog.tsx";

/** One button, and what became of it. */
export function PasskeyProof(props: ProofProps & { onNoPasskey: () => void }) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const open = useRef<string | null>(null);
  const close = () => {
    if (open.current !== null) void bank.cancelStepUp(open.current).catch(() => undefined);
    open.current = null;
  };
  useEffect(() => close, []);
  const prove = async () => {
    setBusy(true);
    setFault(null);
    try {
      const { step_up, options } = await bank.startPasskeyStepUp(props.reference);
      open.current = step_up;
      const assertion = await answerChallenge(options);
      open.current = null;
      await bank.verifyAssertion(step_up, assertion);
      props.onPassed();
    } catch (reason) {
      close();
      setFault(`${browserRefusal(reason) ?? sentenceOf(reason)} Nothing is proved: what is masked stays masked.`);
      setBusy(false);
    }
  };
  return (
    <>
      <p>Your passkey answers for you. The browser will ask for your finger, your face or your device’s PIN.</p>
      <Fault text={fault} />
      <div class="actions">
        <button type="button" class="button" disabled={busy} onClick={prove} autofocus>
          {busy ? "Waiting for your passkey …" : fault === null ? "Confirm with your passkey" : "Try again"}
        </button>
        <button type="button" class="button button--plain" onClick={props.onLeave}>
          Not now
        </button>
      </div>
      <p class="hint">
        No passkey at hand?{" "}
        <button type="button" class="link-button" disabled={busy} onClick={props.onNoPasskey}>
          Use a code instead (demonstration only)
        </button>
      </p>
    </>
  );
}
