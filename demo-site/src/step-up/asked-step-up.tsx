/** PaLet asks for proof on its own: said at the top of the page, without taking the keyboard away; then what came of it. */

import { useState } from "preact/hooks";
import { sentence } from "../format/sentence.ts";
import { askedStepUp, proved } from "../palet/connection.ts";
import { Icon } from "../ui/icon.tsx";
import { StepUpDialog } from "./step-up-dialog.tsx";

/** The notice, the dialog that it opens, and the outcome of the latest proof, wherever it was asked for. */
export function AskedStepUp() {
  const [open, setOpen] = useState(false);
  const asked = askedStepUp.value;
  return (
    <>
      <div role="status" class="asked">
        {asked === null ? null : (
          <p class="notice notice--danger asked__notice">
            <Icon name="warn" />
            <span>
              <strong>Is this still you?</strong> {sentence(asked.reason.text)}
            </span>
            <button type="button" class="button button--small" onClick={() => setOpen(true)}>
              Prove that it is you
            </button>
          </p>
        )}
        <Outcome asked={asked !== null} />
      </div>
      {open && asked !== null ? (
        <StepUpDialog
          reference={asked.reference}
          reasons={[asked.reason]}
          onPassed={() => setOpen(false)}
          onGivenUp={() => setOpen(false)}
        />
      ) : null}
    </>
  );
}

function Outcome({ asked }: { asked: boolean }) {
  if (proved.value === false) {
    return <p class="notice notice--danger">Not confirmed: what is masked stays masked.</p>;
  }
  if (proved.value === true && !asked) {
    return (
      <p class="notice">
        <Icon name="check" />
        <span>
          <strong>Confirmed.</strong> Your fields are shown again, and the bank has noted the proof.
        </span>
      </p>
    );
  }
  return null;
}
