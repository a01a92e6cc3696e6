/**
 * One order on its way: PaLet is asked about the action, the reference goes to the bank's backend, and the backend's
 * answer decides. Without the SDK the order goes without a reference, and the backend decides about that too.
 */

import { sentenceOf } from "../app/state.ts";
import type { Reason, Transfer, TransferOrder } from "../bank/answers.ts";
import { BankFault } from "../bank/client.ts";
import type { SdkActionAnswer } from "../palet/sdk.ts";

/** What the form gives. */
export type Order = Omit<TransferOrder, "reference">;

/** What became of an order. */
export type Outcome =
  | { kind: "done"; transfer: Transfer }
  | { kind: "step-up"; reference: string; reasons: Reason[] }
  | { kind: "denied"; reference: string; reasons: Reason[] }
  | { kind: "fault"; text: string };

/** The part of PaLet's session that an order needs. */
export interface ActionGate {
  action(name: string): Promise<SdkActionAnswer>;
}

/** The part of the bank that an order needs. */
export interface TransferDesk {
  transfer(order: TransferOrder): Promise<{ transfer: Transfer }>;
}

/** Sends an order as far as it goes. */
export async function sendOrder(order: Order, gate: ActionGate | null, desk: TransferDesk): Promise<Outcome> {
  const answer = await gate?.action("submit-transfer").catch(() => null);
  // An answer without a reference is the SDK's own word for "no answer came".
  if (answer && answer.reference !== "" && answer.decision !== "allow") {
    return { kind: answer.decision === "deny" ? "denied" : "step-up", reference: answer.reference, reasons: answer.reasons };
  }
  try {
    const { transfer } = await desk.transfer({ ...order, reference: answer?.reference || null });
    return { kind: "done", transfer };
  } catch (fault) {
    return outcomeOf(fault);
  }
}

function outcomeOf(fault: unknown): Outcome {
  if (fault instanceof BankFault && fault.reference !== null) {
    const { reference, reasons } = fault;
    if (fault.code === "step-up-required") return { kind: "step-up", reference, reasons };
    if (fault.code === "transfer-denied") return { kind: "denied", reference, reasons };
  }
  return { kind: "fault", text: sentenceOf(fault) };
}
