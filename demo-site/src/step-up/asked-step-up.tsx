/** PaLet asks for proof on its own: said at the top of the page, without taking the keyboard away. */

import { useState } from "preact/hooks";
import { sentence } from "../format/sentence.ts";
import { askedStepUp } from "../palet/connection.ts";
import { Icon } from "../ui/icon.tsx";
import { StepUpDialog } from "./step-up-dialog.tsx";

/** The notice, and the dialog that it opens. */
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
              Confirm with your phone
            </button>
          </p>
        )}
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
