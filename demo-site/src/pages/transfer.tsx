/** A transfer: the page asks PaLet about the action, the bank's backend asks it again and believes only that answer. */

import { useRef, useState } from "preact/hooks";
import type { Account, Reason, Transfer } from "../bank/answers.ts";
import { bank } from "../bank/client.ts";
import { useLocked } from "../fields/use-locked.ts";
import { SealedText } from "../fields/masked-field.tsx";
import { parseAmount } from "../format/amount.ts";
import { formatClock } from "../format/date.ts";
import { compactIban, groupIban, ibanFault } from "../format/iban.ts";
import { palet } from "../palet/connection.ts";
import { StepUpDialog } from "../step-up/step-up-dialog.tsx";
import { Fault } from "../ui/fault.tsx";
import { ReasonList } from "../ui/reason-list.tsx";
import { useLoaded } from "../ui/use-loaded.ts";
import { type Order, type Outcome, sendOrder } from "./transfer-order.ts";

type Faults = Partial<Record<"to-name" | "to-iban" | "amount", string>>;

/** The form, what became of it, and what was transferred before. */
export function TransferPage() {
  const accounts = useLoaded(bank.accounts);
  const transfers = useLoaded(bank.transfers);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [waiting, setWaiting] = useState<{ order: Order; reference: string; reasons: Reason[] } | null>(null);
  const settle = (order: Order, result: Outcome) => {
    setWaiting(result.kind === "step-up" ? { order, reference: result.reference, reasons: result.reasons } : null);
    setOutcome(result.kind === "step-up" ? null : result);
    if (result.kind === "done") transfers.reload();
  };
  const send = async (order: Order) => settle(order, await sendOrder(order, palet(), bank));
  return (
    <div class="page">
      <h1 tabIndex={-1}>Transfer</h1>
      <Fault text={accounts.fault} />
      <OutcomeNotice outcome={outcome} />
      {accounts.value === null ? null : <TransferForm accounts={accounts.value} onSend={send} />}
      {waiting === null ? null : (
        <StepUpDialog
          reference={waiting.reference}
          reasons={waiting.reasons}
          onPassed={() => send(waiting.order)}
          onGivenUp={() => {
            setWaiting(null);
            setOutcome({ kind: "fault", text: "You did not confirm that it is you, so nothing was sent." });
          }}
        />
      )}
      <PastTransfers transfers={transfers.value} />
    </div>
  );
}

function OutcomeNotice({ outcome }: { outcome: Outcome | null }) {
  return (
    <div role="status" class="outcome">
      {outcome?.kind === "done" ? <p class="notice">Done: the transfer is booked.</p> : null}
      {outcome?.kind === "denied" ? (
        <div class="notice notice--danger">
          <p>
            <strong>We cannot make this transfer now.</strong> Nothing was booked. If you are the account’s holder, call us
            and quote this reference: <span class="mono">{outcome.reference}</span>
          </p>
          <ReasonList reasons={outcome.reasons} />
        </div>
      ) : null}
      {outcome?.kind === "fault" ? <p class="notice notice--danger">{outcome.text}</p> : null}
    </div>
  );
}

function TransferForm({ accounts, onSend }: { accounts: readonly Account[]; onSend: (order: Order) => Promise<void> }) {
  const [faults, setFaults] = useState<Faults>({});
  const [busy, setBusy] = useState(false);
  const holder = useRef<HTMLFormElement>(null);
  const locked = useLocked(holder);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const read = readForm(new FormData(form));
    setFaults(read.faults);
    if (read.order === null) {
      requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    setBusy(true);
    await onSend(read.order);
    setBusy(false);
  };
  return (
    <form ref={holder} class="card stack" onSubmit={submit} noValidate aria-label="New transfer">
      <div role="status" class="outcome">
        {locked ? (
          <p class="notice notice--danger">
            <strong>This form is locked.</strong> It takes no typing until the account holder has been confirmed.
          </p>
        ) : null}
      </div>
      <div class="control">
        <label for="from">From</label>
        <select id="from" name="from">
          {accounts.map(({ id, kind, currency }) => (
            <option key={id} value={id}>
              {kind} ({currency})
            </option>
          ))}
        </select>
      </div>
      <FormControl id="to-name" label="Recipient’s name" fault={faults["to-name"]} field="name" />
      <FormControl id="to-iban" label="Recipient’s IBAN" fault={faults["to-iban"]} field="iban" mono onLeave={groupIban} />
      <div class="pair">
        <FormControl id="amount" label="Amount in euros" fault={faults.amount} field="amount" inputMode="decimal" />
        <FormControl id="description" label="What for (optional)" fault={undefined} field="description" />
      </div>
      <button class="button" disabled={busy || locked}>
        {busy ? "Sending …" : "Send the money"}
      </button>
    </form>
  );
}

function FormControl(props: {
  id: string;
  label: string;
  fault: string | undefined;
  field: string;
  mono?: boolean;
  inputMode?: "decimal";
  onLeave?: (text: string) => string;
}) {
  const { id, label, fault, onLeave } = props;
  return (
    <div class="control">
      <label for={id}>{label}</label>
      <input
        id={id}
        name={id}
        class={props.mono ? "mono" : ""}
        data-palet-field={props.field}
        inputMode={props.inputMode}
        autocomplete="off"
        spellcheck={false}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : `${id}-fault`}
        onBlur={(event) => {
          if (onLeave) event.currentTarget.value = onLeave(event.currentTarget.value);
        }}
      />
      {fault === undefined ? null : (
        <p class="fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}

function readForm(data: FormData): { order: Order | null; faults: Faults } {
  const text = (name: string) => String(data.get(name) ?? "").trim();
  const faults: Faults = {};
  if (text("to-name") === "") faults["to-name"] = "Enter the recipient’s name.";
  const iban = ibanFault(text("to-iban"));
  if (iban !== null) faults["to-iban"] = iban;
  const amount = parseAmount(text("amount"));
  if ("fault" in amount) faults.amount = amount.fault;
  if (Object.keys(faults).length > 0 || "fault" in amount) return { order: null, faults };
  const order = {
    from: text("from"),
    to_name: text("to-name"),
    to_iban: compactIban(text("to-iban")),
    amount: amount.text,
    description: text("description"),
  };
  return { order, faults };
}

function PastTransfers({ transfers }: { transfers: readonly Transfer[] | null }) {
  if (transfers === null || transfers.length === 0) return null;
  return (
    <section class="card" aria-labelledby="past">
      <h2 id="past">Sent in this demonstration</h2>
      <ul class="transactions">
        {transfers.map((transfer) => (
          <li key={transfer.id} class="transaction">
            <span class="transaction__who">
              <SealedText value={transfer.to_name} />
            </span>
            <span class="transaction__what mono">
              <SealedText value={transfer.to_iban} />
            </span>
            <time class="transaction__when" dateTime={new Date(transfer.created_at_ms).toISOString()}>
              {formatClock(transfer.created_at_ms)}
            </time>
            <span class="transaction__amount">
              <SealedText value={transfer.amount} class="mono" />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
