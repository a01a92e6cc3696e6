/** The typed way to the bank's backend. One function a route; faults come as `BankFault` with a stable code. */

import type {
  Account,
  BankConfig,
  Card,
  Customer,
  CustomerProfile,
  Enrolment,
  Me,
  PhoneMessage,
  Reason,
  RecordedStream,
  ReplayStatus,
  RiskAssessment,
  Transaction,
  Transfer,
  TransferOrder,
} from "./answers.ts";

const ROOT = "/bank/api";

/** What the backend refused, and why. `code` is stable; `detail` is a sentence for a person. */
export class BankFault extends Error {
  override readonly name = "BankFault";
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly members: Readonly<Record<string, unknown>>,
  ) {
    super(`${code}: ${detail}`);
  }

  /** The decision's reference, where the answer carries one. */
  get reference(): string | null {
    return typeof this.members["reference"] === "string" ? this.members["reference"] : null;
  }

  /** The reasons of a decision, where the answer carries them. */
  get reasons(): Reason[] {
    const reasons = this.members["reasons"];
    return Array.isArray(reasons) ? reasons.filter(isReason) : [];
  }
}

function isReason(value: unknown): value is Reason {
  return typeof value === "object" && value !== null && typeof (value as Reason).text === "string";
}

/** A problem document (RFC 9457) or anything else that came with a failing status → a fault. */
export function faultOf(status: number, body: unknown): BankFault {
  const members = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const code = typeof members["code"] === "string" ? members["code"] : `http-${status}`;
  const title = typeof members["title"] === "string" ? members["title"] : "The bank did not answer as expected.";
  const detail = typeof members["detail"] === "string" && members["detail"] !== "" ? members["detail"] : title;
  return new BankFault(status, code, detail, members);
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(ROOT + path, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new BankFault(0, "unreachable", "The bank cannot be reached. Is the demonstration still running?", {});
  }
  const text = await response.text();
  const answer = parseJson(text);
  if (!response.ok) throw faultOf(response.status, answer);
  return answer as T;
}

function parseJson(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const get = <T>(path: string) => call<T>("GET", path);
const post = <T>(path: string, body: unknown = {}) => call<T>("POST", path, body);

/** All routes of the bank. */
export const bank = {
  config: () => get<BankConfig>("/config"),
  customers: async () => (await get<{ customers: Customer[] }>("/customers")).customers,
  openAccount: async (name: string) => (await post<{ customer: Customer }>("/customers", { name })).customer,

  startLogin: (customer: string) => post<{ customer: string; step: string }>("/login/start", { customer }),
  login: async (passphrase: string) => (await post<{ me: Me }>("/login", { passphrase })).me,
  logout: () => call<void>("POST", "/logout", {}),
  me: () => get<Me>("/me"),
  paletToken: async () => (await get<{ token: string }>("/palet-token")).token,

  accounts: async () => (await get<{ accounts: Account[] }>("/accounts")).accounts,
  account: (id: string) =>
    get<{ account: Account; transactions: Transaction[] }>(`/accounts/${encodeURIComponent(id)}`),
  cards: async () => (await get<{ cards: Card[] }>("/cards")).cards,
  profile: () => get<CustomerProfile>("/profile"),
  transfers: async () => (await get<{ transfers: Transfer[] }>("/transfers")).transfers,
  transfer: (order: TransferOrder) => post<{ transfer: Transfer; decision: string; reasons: Reason[] }>("/transfers", order),

  startPasskeyStepUp: (reference: string) =>
    post<{ step_up: string; options: PublicKeyCredentialRequestOptionsJSON }>("/step-up/start", { reference, way: "passkey" }),
  startCodeStepUp: (reference: string) => post<{ step_up: string }>("/step-up/start", { reference, way: "code" }),
  verifyAssertion: (stepUp: string, assertion: unknown) =>
    post<{ passed: boolean }>("/step-up/verify", { step_up: stepUp, assertion }),
  verifyCode: (stepUp: string, code: string) =>
    post<{ passed: boolean }>("/step-up/verify", { step_up: stepUp, code }),
  cancelStepUp: (stepUp: string) => post<void>("/step-up/cancel", { step_up: stepUp }),
  phone: async () => (await get<{ messages: PhoneMessage[] }>("/phone")).messages,

  startPasskey: async () =>
    (await post<{ options: PublicKeyCredentialCreationOptionsJSON }>("/passkeys/start")).options,
  finishPasskey: (credential: unknown) => post<{ passkeys: number }>("/passkeys/finish", credential),

  enrolment: () => get<Enrolment>("/enrolment"),
  finishEnrolment: () => post<{ ended_session: string }>("/enrolment/finish"),
  resetEnrolment: () => post<void>("/enrolment/reset"),

  risk: () => get<RiskAssessment>("/risk"),
  streams: async () => (await get<{ streams: RecordedStream[] }>("/streams")).streams,
  replay: () => get<ReplayStatus>("/replay"),
  startReplay: (stream: string, speed: number) => post<ReplayStatus>("/replay", { stream, speed }),
  stopReplay: () => call<void>("DELETE", "/replay"),
  reset: () => post<void>("/reset"),
} as const;
