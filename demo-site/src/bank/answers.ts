/** What the bank's backend answers, as JSON, under /bank/api. */

/** A value that the page never holds in clear: the bank's seal and a masked text to show meanwhile. */
export interface SealedValue {
  class: string;
  sealed: string;
  display: string;
}

export interface BankConfig {
  sdk: { src: string; integrity: string | null };
  server_key: string;
  endpoint: string;
  token_url: string;
  bank: string;
  passphrase: string;
  version: string;
}

export interface Customer {
  id: string;
  name: string;
  seeded: boolean;
  enrolled: boolean;
  about: string;
}

export interface Me {
  id: string;
  name: string;
  seeded: boolean;
  signed_in: boolean;
  session: string | null;
  step_up_passed_at_ms: number | null;
  /** How many there are, whether they work at this page's address, and at which they do. */
  passkeys: { count: number; here: boolean; address: string };
}

export interface Account {
  id: string;
  kind: string;
  currency: string;
  iban: SealedValue;
  bic: SealedValue;
  balance: SealedValue;
}

export interface Transaction {
  id: string;
  booked_on: string;
  counterparty: SealedValue;
  description: SealedValue;
  amount: SealedValue;
  sign: "+" | "-";
}

export interface Card {
  id: string;
  brand: string;
  pan: SealedValue;
  holder: SealedValue;
  expires: string;
  cvv_on_card: boolean;
}

export type ProfileField = "name" | "email" | "phone" | "address" | "dob" | "tax_id" | "national_id";
export type CustomerProfile = Record<ProfileField, SealedValue>;

export interface Transfer {
  id: string;
  created_at_ms: number;
  to_name: SealedValue;
  to_iban: SealedValue;
  amount: SealedValue;
  description: SealedValue;
  state: string;
}

export interface TransferOrder {
  from: string;
  to_name: string;
  to_iban: string;
  amount: string;
  description: string;
  reference: string | null;
}

export interface Reason {
  code: string;
  text: string;
}

export interface Progress {
  have: number;
  want: number;
  trained: boolean;
}

export interface Enrolment {
  keys: Progress;
  pointer: Progress;
  fixed_text: Progress;
  sessions: number;
  live: { keys: number; strokes: number; entries: number };
  state: "none" | "learning" | "trained";
  message: string;
}

export type BandName = "calm" | "raised" | "high" | "severe";

export interface RiskAssessment {
  session: string;
  risk: number;
  biometric_only: number;
  band: BandName;
  sub_scores: { keys: number | null; pointer: number | null; automation: number | null; device: number | null };
  trained: { keys: boolean; pointer: boolean };
  decision: "allow" | "step-up" | "deny";
  reasons: Reason[];
  versions: { model: string; policy: string; references: string };
  reference: string;
}

export interface RecordedStream {
  id: string;
  title: string;
  about: string;
  available: boolean;
}

export interface ReplayStatus {
  state: "idle" | "playing" | "done" | "failed";
  stream: string | null;
  speed: number;
  elapsed_ms: number;
  keys: number;
  strokes: number;
  batches: number;
  masked_at_keys: number | null;
  text: string;
}

export interface PhoneMessage {
  id: number;
  at_ms: number;
  text: string;
  code: string;
}
