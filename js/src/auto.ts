/**
 * Start from a script tag: `<script src="/sdk/palet.js" data-endpoint=… data-server-key=… data-token-url=…>`.
 *
 * A tag without `data-endpoint` starts nothing. The page hears `palet:ready` on the document, with the session as
 * `detail`, or `palet:fault` with what was wrong in the tag.
 */

import { type InitOptions, readScript } from "./options";
import type { PaletSession } from "./palet";

type Init = (options: InitOptions) => Promise<PaletSession>;

export function autoStart(script: HTMLElement | null, init: Init): void {
  const options = readScript(script);
  if (!options) return;
  init(options).then(
    (session) => document.dispatchEvent(new CustomEvent("palet:ready", { detail: session })),
    (error: unknown) => document.dispatchEvent(new CustomEvent("palet:fault", { detail: error })),
  );
}

/** The tag that loaded a module; a module cannot ask `document.currentScript`. */
export function scriptOf(url: string): HTMLElement | null {
  if (typeof document === "undefined") return null;
  return [...document.scripts].find((script) => script.src === url) ?? null;
}
