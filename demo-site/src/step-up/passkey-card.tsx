/** Setting up a passkey, while nobody is in doubt: on the profile page, after the guided page, offered on the accounts. */

import { useState } from "preact/hooks";
import { me, refreshMe, sentenceOf } from "../app/state.ts";
import type { Reason } from "../bank/answers.ts";
import { BankFault, bank } from "../bank/client.ts";
import { askedStepUp } from "../palet/connection.ts";
import { Fault } from "../ui/fault.tsx";
import { Icon } from "../ui/icon.tsx";
import { browserRefusal, makePasskey, obstacle } from "./passkey.ts";
import { StepUpDialog } from "./step-up-dialog.tsx";

/** How many passkeys there are, and a way to one more. */
export function PasskeyCard() {
  const { said, fault, busy, asked, setUp, settle } = useSetUp();
  const count = me.value?.passkeys.count ?? 0;
  const why = obstacle();
  return (
    <section class="card stack" aria-labelledby="passkey">
      <h2 id="passkey">Passkey</h2>
      <p>
        With a passkey you prove that it is you when the bank asks: by finger, face or PIN, on your own device. The bank keeps
        only its public half.
      </p>
      <Fault text={fault} />
      <p role="status" class={said ? "notice" : "muted"}>
        {said ? <Icon name="check" /> : null}
        <span>{said ?? countWords(count)}</span>
      </p>
      {why === null ? (
        <p class="actions">
          <button type="button" class={count === 0 ? "button" : "button button--plain"} disabled={busy} onClick={setUp}>
            {busy ? "Waiting for your device …" : count === 0 ? "Set up a passkey" : "Add another passkey"}
          </button>
        </p>
      ) : (
        <p class="hint">{why === "browser" ? "This browser has no passkeys: a code takes their place in this demonstration." : <Elsewhere />}</p>
      )}
      <Proof asked={asked} onSettled={settle} />
    </section>
  );
}

/** One line while there is none and one can be had here; then one that says that it is there. */
export function PasskeyOffer() {
  const { said, fault, busy, asked, setUp, settle } = useSetUp();
  const [offered] = useState(obstacle() === null && me.value?.passkeys.count === 0);
  if (!offered || (askedStepUp.value !== null && said === null)) return null;
  return (
    <>
      <div role="status">
        {said === null ? (
          <p class="notice asked__notice">
            <span>
              <strong>You have no passkey yet.</strong> With one you can prove that it is you when the bank asks.
            </span>
            <button type="button" class="button button--small" disabled={busy} onClick={setUp}>
              {busy ? "Waiting for your device …" : "Set up a passkey"}
            </button>
          </p>
        ) : (
          <p class="notice">
            <Icon name="check" />
            <span>{said}</span>
          </p>
        )}
      </div>
      <Fault text={fault} />
      <Proof asked={asked} onSettled={settle} />
    </>
  );
}

function Proof({ asked, onSettled }: { asked: Asked | null; onSettled: (passed: boolean) => void }) {
  if (asked === null) return null;
  return (
    <StepUpDialog reference={asked.reference} reasons={asked.reasons} onPassed={() => onSettled(true)} onGivenUp={() => onSettled(false)} />
  );
}

interface Asked {
  reference: string;
  reasons: Reason[];
}

function Elsewhere() {
  const address = me.value?.passkeys.address ?? "";
  return (
    <>
      Passkeys belong to a host’s name, not to the number in this address: open the bank at <a href={address}>{address}</a> to
      use one.
    </>
  );
}

function countWords(count: number): string {
  if (count === 0) return "There is none yet.";
  return count === 1 ? "There is one." : `There are ${count}.`;
}

/** The set-up's course: asked of the bank, made by the browser, kept by the bank; a proof in between where it is asked for. */
function useSetUp() {
  const [said, setSaid] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const setUp = async () => {
    setBusy(true);
    setFault(null);
    try {
      await bank.finishPasskey(await makePasskey(await bank.startPasskey()));
      await refreshMe();
      setSaid("Your passkey is set up.");
    } catch (reason) {
      if (reason instanceof BankFault && reason.code === "step-up-required" && reason.reference !== null) {
        setAsked({ reference: reason.reference, reasons: reason.reasons });
      } else {
        setFault(browserRefusal(reason) ?? sentenceOf(reason));
      }
    }
    setBusy(false);
  };
  const settle = (passed: boolean) => {
    setAsked(null);
    if (passed) void setUp();
    else setFault("You did not confirm, so no passkey was added.");
  };
  return { said, fault, busy, asked, setUp, settle };
}
