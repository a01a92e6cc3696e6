import { describe, expect, it } from "vitest";
import type { Transfer, TransferOrder } from "../src/bank/answers.ts";
import { BankFault, faultOf } from "../src/bank/client.ts";
import type { SdkActionAnswer } from "../src/palet/sdk.ts";
import { type Order, sendOrder } from "../src/pages/transfer-order.ts";

const ORDER: Order = { from: "acc-1", to_name: "Lena", to_iban: "DE89370400440532013000", amount: "120.00", description: "" };
const REASONS = [{ code: "keys.rhythm", text: "Another rhythm." }];

function gate(decision: SdkActionAnswer["decision"]) {
  return { action: async () => ({ decision, reasons: REASONS, reference: "d-1" }) };
}

/** A desk that books, or refuses with a fault; remembers what it was sent. */
function desk(fault?: BankFault) {
  const sent: TransferOrder[] = [];
  return {
    sent,
    transfer: async (order: TransferOrder) => {
      sent.push(order);
      if (fault) throw fault;
      return { transfer: { id: "tr-1" } as Transfer };
    },
  };
}

describe("an order", () => {
  it("that PaLet allows goes to the bank with its reference", async () => {
    const books = desk();
    expect(await sendOrder(ORDER, gate("allow"), books)).toMatchObject({ kind: "done" });
    expect(books.sent).toEqual([{ ...ORDER, reference: "d-1" }]);
  });
  it.each([
    ["step-up", "step-up"],
    ["deny", "denied"],
  ] as const)("that PaLet answers with %s never reaches the bank", async (decision, kind) => {
    const books = desk();
    expect(await sendOrder(ORDER, gate(decision), books)).toEqual({ kind, reference: "d-1", reasons: REASONS });
    expect(books.sent).toEqual([]);
  });
  it("without the SDK, or with one that fails or does not answer, goes without a reference and the bank decides", async () => {
    const refuses = faultOf(403, { code: "step-up-required", reference: "d-9", reasons: REASONS, detail: "Proof is needed." });
    const unanswered: SdkActionAnswer = { decision: "step-up", reasons: [], reference: "" };
    const fails = { action: () => Promise.reject(new Error("gone")) };
    for (const missing of [null, fails, { action: async () => unanswered }]) {
      const books = desk(refuses);
      expect(await sendOrder(ORDER, missing, books)).toEqual({ kind: "step-up", reference: "d-9", reasons: REASONS });
      expect(books.sent[0]?.reference).toBeNull();
    }
  });
  it("that the bank refuses is told in the bank's words", async () => {
    const wrong = faultOf(422, { code: "iban-invalid", title: "Invalid", detail: "The check digits do not fit." });
    expect(await sendOrder(ORDER, gate("allow"), desk(wrong))).toEqual({ kind: "fault", text: "The check digits do not fit." });
    const denied = faultOf(403, { code: "transfer-denied", reference: "d-2", reasons: [] });
    expect(await sendOrder(ORDER, gate("allow"), desk(denied))).toEqual({ kind: "denied", reference: "d-2", reasons: [] });
  });
});

describe("a fault of the bank", () => {
  it("has a code and a sentence even where the answer is no problem document", () => {
    expect(faultOf(502, undefined)).toMatchObject({ code: "http-502", detail: "The bank did not answer as expected." });
    expect(faultOf(404, { title: "No such account", detail: "" }).detail).toBe("No such account");
  });
  it("drops reasons that are none", () => {
    expect(faultOf(403, { code: "x", reasons: [1, null, { text: "Yes." }, { code: "only" }] }).reasons).toEqual([{ text: "Yes." }]);
    expect(new BankFault(403, "x", "y", { reference: 7 }).reference).toBeNull();
  });
});
