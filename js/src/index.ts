/**
 * `@palet/sdk`: masks what a bank's page shows by live behavioural risk.
 *
 * Importing this module does nothing; `Palet.init` starts it, in the browser alone.
 */

import { assets } from "./assets";
import type { InitOptions } from "./options";
import { type PaletSession, currentSession, startPalet } from "./palet";

export { PaletError, type PaletErrorCode } from "./error";
export type {
  ActionAnswer,
  Decision,
  DirectiveEvent,
  Events,
  Inspection,
  Notice,
  Reason,
  RiskBand,
  RiskUpdate,
  State,
  StepUp,
} from "./events";
export type { Found } from "./later/host";
export { LEVELS, type Level } from "./level";
export type { Consent, Detect, InitOptions } from "./options";
export type { Words } from "./paint/words";
export type { PaletSession };

/** The SDK. */
export const Palet = {
  /** Masks the page's fields at once and starts a session. Resolves when it runs, or when it is known that it cannot. */
  init: (options: InitOptions): Promise<PaletSession> => startPalet(options, assets),
  /** The session that runs on this page, if any. */
  get current(): PaletSession | null {
    return currentSession();
  },
};
