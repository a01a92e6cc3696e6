/**
 * One PaLet session for the whole site: begun when the customer has said who they are, ended when they sign out.
 * Handlers only fill signals; masking itself is the SDK's work and goes on whatever this page does.
 */

import { effect, signal } from "@preact/signals";
import type { BandName } from "../bank/answers.ts";
import { bank } from "../bank/client.ts";
import { config } from "../app/state.ts";
import { factsOf } from "../app/routes.ts";
import { route } from "../app/router.ts";
import { type RiskPoint, remember } from "../panel/curve-scale.ts";
import { type InspectedBatch, addBatch, inspectBatch } from "../panel/inspected-batch.ts";
import { recallHistory, storeHistory } from "./history-store.ts";
import { type PaletSession, type SdkNotice, type SdkRisk, type SdkStepUp, type SessionState, loadSdk } from "./sdk.ts";

/** The SDK's own word for how it is connected, or why it is not there. */
export type Connection = SessionState | "missing";

export const connection = signal<Connection>("idle");
export const latestRisk = signal<SdkRisk | null>(null);
export const riskHistory = signal<RiskPoint[]>([]);
export const batches = signal<InspectedBatch[]>([]);
/** A step-up that PaLet asked for without an action. */
export const askedStepUp = signal<SdkStepUp | null>(null);

/** What became of the latest proof of who is here; `null` before one and while one is asked for. */
export const proved = signal<boolean | null>(null);

/** What the SDK wants the bank's operators to know. */
export const notice = signal<SdkNotice | null>(null);

const running = signal<PaletSession | null>(null);
let starting: Promise<void> | null = null;
/** Counts beginnings, so that one that was overtaken by an end is ended as well. */
let life = 0;

/** The running session, for actions; `null` where the SDK is missing or not begun. */
export function palet(): PaletSession | null {
  return running.value;
}

/** Begins, once; does nothing while it runs. `sessionKey` keeps the risk curve of one session across reloads. */
export function startPalet(sessionKey: string): Promise<void> {
  starting ??= begin(sessionKey);
  return starting;
}

/** Ends and forgets everything about the session. */
export function stopPalet(): void {
  life += 1;
  running.value?.destroy();
  running.value = null;
  notice.value = null;
  starting = null;
  connection.value = "idle";
  latestRisk.value = null;
  riskHistory.value = [];
  batches.value = [];
  askedStepUp.value = null;
  proved.value = null;
}

/** Ends and begins anew, with fresh keys and a fresh token. */
export async function restartPalet(sessionKey: string): Promise<void> {
  stopPalet();
  await startPalet(sessionKey);
}

async function begin(sessionKey: string): Promise<void> {
  const settings = config.value;
  if (!settings) return;
  const mine = life;
  connection.value = "connecting";
  riskHistory.value = recallHistory(sessionKey);
  try {
    const sdk = await loadSdk(settings.sdk.src);
    const session = await sdk.init({
      endpoint: settings.endpoint,
      serverKey: settings.server_key,
      token: () => bank.paletToken(),
      consent: "full",
    });
    if (mine !== life) {
      session.destroy();
      return;
    }
    listen(session, sessionKey);
    running.value = session;
  } catch {
    if (mine === life) connection.value = "missing";
  }
}

function listen(session: PaletSession, sessionKey: string): void {
  connection.value = session.state;
  session.on("state", (state) => {
    connection.value = state;
  });
  session.on("risk", (risk) => {
    latestRisk.value = risk;
    const point = { atMs: Date.now(), risk: risk.risk, band: risk.band as BandName };
    riskHistory.value = remember(riskHistory.value, point);
    storeHistory(sessionKey, riskHistory.value);
    // The doubt is gone, by other hands or by a proof in another tab: nobody needs to be asked any more.
    if (risk.band === "calm") askedStepUp.value = null;
  });
  session.on("notice", (word) => {
    notice.value = word;
  });
  session.on("step-up", (stepUp) => {
    proved.value = null;
    askedStepUp.value = stepUp;
  });
  session.inspect(({ seq, bytes }) => {
    batches.value = addBatch(batches.value, inspectBatch(seq, bytes, Date.now()));
  });
}

// The policy may treat parts of the bank differently: name the part whenever the page or the session changes.
effect(() => {
  const { context } = factsOf(route.value);
  if (context && running.value) running.value.setContext(context);
});

// What became of a proof is news on the page where it was asked for.
effect(() => {
  if (route.value !== "missing") proved.value = null;
});
