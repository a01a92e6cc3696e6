/** Faults that the page's author can mend, each with a stable code. */

export type PaletErrorCode =
  | "bad-endpoint"
  | "bad-server-key"
  | "bad-consent"
  | "bad-option"
  | "no-token-provider"
  | "already-started"
  | "no-page"
  | "destroyed";

/** What {@link Palet.init} and the handle's calls throw. The message says what was expected and what came. */
export class PaletError extends Error {
  readonly code: PaletErrorCode;

  constructor(code: PaletErrorCode, message: string) {
    super(`palet: ${message}`);
    this.name = "PaletError";
    this.code = code;
  }
}
