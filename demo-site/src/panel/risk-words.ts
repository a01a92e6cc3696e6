/** Bands, connections and kinds of evidence in words. */

import type { BandName } from "../bank/answers.ts";
import type { Connection } from "../palet/connection.ts";
import type { IconName } from "../ui/icon.tsx";

const BANDS: Readonly<Record<BandName, { title: string; text: string }>> = {
  calm: { title: "Calm", text: "Little or nothing speaks against the customer." },
  raised: { title: "Raised", text: "Something does not fit: some fields are partly hidden." },
  high: { title: "High", text: "Much does not fit: fields are hidden, actions need proof." },
  severe: { title: "Severe", text: "Someone else is likely here: everything is hidden." },
};

/** A text → a band; anything unknown counts as the worst. */
export function parseBand(text: string): BandName {
  return Object.hasOwn(BANDS, text) ? (text as BandName) : "severe";
}

/** The words of a band. */
export function bandWords(band: BandName): { title: string; text: string } {
  return BANDS[band];
}

const CONNECTIONS: Readonly<Record<Connection, { short: string; text: string; good: boolean }>> = {
  idle: { short: "Not started", text: "PaLet has not started in this page.", good: false },
  connecting: { short: "Connecting", text: "Everything stays masked until the server answers.", good: false },
  live: { short: "Live", text: "Connected over an encrypted socket.", good: true },
  reconnecting: { short: "Reconnecting", text: "The connection is lost. After a short grace everything is hidden.", good: false },
  fallback: { short: "By request", text: "The socket does not work: sealed requests are used instead.", good: true },
  paused: { short: "Paused", text: "Nothing is captured here; fields still follow the server’s word.", good: true },
  ended: { short: "Ended", text: "The session has ended: everything is hidden.", good: false },
  "no-evidence": { short: "No evidence", text: "PaLet’s core cannot run in this browser: everything stays masked, and nobody is suspected for it.", good: false },
  missing: { short: "No SDK", text: "PaLet’s files did not load: everything stays masked.", good: false },
};

/** The words of a connection. */
export function connectionWords(connection: Connection): { short: string; text: string; good: boolean } {
  return CONNECTIONS[connection];
}

/** The kinds of evidence, in the order in which they are shown. */
export const EVIDENCE: readonly { name: "keys" | "pointer" | "automation" | "device"; title: string; icon: IconName }[] = [
  { name: "keys", title: "Keystroke rhythm", icon: "keyboard" },
  { name: "pointer", title: "Pointer movement", icon: "pointer" },
  { name: "automation", title: "Signs of automation", icon: "robot" },
  { name: "device", title: "Another device", icon: "chip" },
];
