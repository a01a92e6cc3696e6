/** Proof of who somebody is: a modal dialog that asks for the passkey, or, in the demonstration only, for a code. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Reason } from "../bank/answers.ts";
import { askedStepUp, proved } from "../palet/connection.ts";
import { ReasonList } from "../ui/reason-list.tsx";
import { CodeProof } from "./code-proof.tsx";
import { PasskeyProof } from "./passkey-proof.tsx";
import { canProve, obstacle } from "./passkey.ts";

/** What every kind of proof is given. */
export interface ProofProps {
  reference: string;
  onPassed: () => void;
  onLeave: () => void;
}

/**
 * Asks until the proof holds, the tries are used up, or the person gives up. Whatever is not a proof leaves the fields
 * masked, and the page says so.
 */
export function StepUpDialog(props: {
  reference: string;
  reasons: readonly Reason[];
  onPassed: () => void;
  onGivenUp: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const passed = useRef(false);
  const [byCode, setByCode] = useState(!canProve());
  // PaLet may ask again meanwhile; the proof under way is still for the question that it began with.
  const [{ reference, reasons }] = useState({ reference: props.reference, reasons: props.reasons });
  useEffect(() => {
    proved.value = null;
    dialog.current?.showModal();
  }, []);
  const onPassed = () => {
    passed.current = true;
    askedStepUp.value = null;
    proved.value = true;
    props.onPassed();
  };
  const onClose = () => {
    if (passed.current) return;
    proved.value = false;
    props.onGivenUp();
  };
  const parts: ProofProps = { reference, onPassed, onLeave: () => dialog.current?.close() };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="step-up-title" onClose={onClose}>
      <div class="stack">
        <h2 id="step-up-title">Please confirm that it is you</h2>
        <ReasonList reasons={reasons} />
        {byCode ? <CodeProof {...parts} why={obstacle()} /> : <PasskeyProof {...parts} onNoPasskey={() => setByCode(true)} />}
        <p class="hint muted">
          Reference <span class="mono">{reference}</span>
        </p>
      </div>
    </dialog>
  );
}
