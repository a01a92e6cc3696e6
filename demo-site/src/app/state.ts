/** What the pages share: who is signed in, and what PaLet says. Signals, so that a page redraws only what changed. */

import { computed, signal } from "@preact/signals";
import { BankFault, bank } from "../bank/client.ts";
import type { BankConfig, Me } from "../bank/answers.ts";

/** The bank's own settings; `null` until they have come. */
export const config = signal<BankConfig | null>(null);

/** The customer of the bank's session; `null` where there is none. */
export const me = signal<Me | null>(null);

/** Whether the first answers have come. */
export const ready = signal(false);

/** Why the site cannot work at all, in words. */
export const outage = signal<string | null>(null);

/** Signed in, not only begun. */
export const signedIn = computed(() => me.value?.signed_in === true);

/** Asks the bank for its settings and for the session that a reload keeps. */
export async function loadState(): Promise<void> {
  try {
    const [settings] = await Promise.all([bank.config(), refreshMe()]);
    config.value = settings;
    outage.value = null;
  } catch (fault) {
    outage.value = sentenceOf(fault);
  }
  ready.value = true;
}

/** Asks the bank who is signed in. */
export async function refreshMe(): Promise<void> {
  try {
    me.value = await bank.me();
  } catch (fault) {
    if (!(fault instanceof BankFault) || fault.status !== 401) throw fault;
    me.value = null;
  }
}

/** A fault as a sentence for a person. */
export function sentenceOf(fault: unknown): string {
  return fault instanceof BankFault ? fault.detail : "Something went wrong in this page. Reload it and try again.";
}
