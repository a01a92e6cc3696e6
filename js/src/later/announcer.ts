/** A polite live region: screen readers hear once that details were masked, or can be read again. */

import type { Native } from "../native";
import type { Words } from "../paint/words";

/** Several fields change together; they are told together. */
const SETTLE_MS = 400;

export class Announcer {
  readonly #native: Native;
  readonly #words: Words;
  #region: HTMLElement | null = null;
  #timer = 0;

  constructor(native: Native, words: Words) {
    this.#native = native;
    this.#words = words;
  }

  /** Tells, after a moment, what the last change was. */
  tell(masked: boolean): void {
    this.#native.cancelTimeout(this.#timer);
    this.#timer = this.#native.timeout(() => this.#say(masked ? this.#words.masked : this.#words.shown), SETTLE_MS);
  }

  stop(): void {
    this.#native.cancelTimeout(this.#timer);
    this.#region?.remove();
    this.#region = null;
  }

  #say(text: string): void {
    if (!text) return;
    this.#region ??= addRegion();
    this.#region.textContent = text;
  }
}

/** Out of sight, but read: styled through `style`, which a strict CSP allows. */
function addRegion(): HTMLElement {
  const region = document.createElement("div");
  region.setAttribute("role", "status");
  region.setAttribute("aria-live", "polite");
  region.setAttribute("data-palet-status", "");
  region.style.cssText = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap";
  document.body.append(region);
  return region;
}
