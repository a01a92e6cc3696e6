/**
 * One element that shows a sensitive value, and the only place that writes to it.
 *
 * Text changes through `Text.data`, never by replacing nodes, so that React and its kin find their nodes again. While
 * the element is masked, whatever else could tell the value (title, alt, aria-*, value) is put aside as well. A value
 * that the page itself holds (`local`) lives in this object alone until it may be shown.
 */

import { BLOCK, CLEAR, LEVELS, REDACT, REDACTED } from "../level";
import { ElementText } from "./text";
import type { Words } from "./words";

export type Source = "sealed" | "local" | "input" | "found";

type Control = HTMLInputElement | HTMLTextAreaElement;

const LEVEL_ATTRIBUTE = "data-palet-level";
/** Attributes that are read out, shown, or copied. */
export const TELLING = ["title", "alt", "placeholder", "value", "aria-label", "aria-description", "aria-valuetext"];

const isControl = (element: Element): element is Control => /^(input|textarea)$/.test(element.localName);

/** Makes the display form of a value that the page holds, or `null` where there is none. */
export type MakeDisplay = (className: string, level: number, value: string) => string | null;

export class PaintedElement {
  readonly element: HTMLElement;
  readonly source: Source;
  readonly className: string;
  readonly sealed: string | null;
  /** The subject types into it: its value stays where it is. */
  readonly typed: boolean;
  /** The doors that the policy shuts while the value is shown: a bit each, in the order of `DOORS`. */
  shut = 0;
  readonly #words: Words;
  readonly #makeDisplay: MakeDisplay;
  #level: number;
  /** What the page may show at the level, where the server said so. */
  #display: string | null = null;
  /** What the page wrote: the bank's own masked text (sealed), or the value itself (local). */
  readonly #content: ElementText | null;
  #value = "";
  /** Nothing was directed yet: a sealed field shows the bank's own masked text. */
  #resting = true;
  #painted: string | null = null;
  #stash: Array<readonly [Element, string, string]> = [];
  #ownRole = false;
  #wasReadOnly = false;

  /** `found` is the class of an input that nobody tagged. */
  constructor(element: HTMLElement, words: Words, makeDisplay: MakeDisplay, found?: string) {
    this.element = element;
    this.#words = words;
    this.#makeDisplay = makeDisplay;
    this.className = found ?? classOf(element);
    this.sealed = element.getAttribute("data-palet-sealed") ?? element.getAttribute("sealed");
    this.source = found ? "found" : this.sealed ? "sealed" : isControl(element) && !isFilledIn(element) ? "input" : "local";
    this.typed = /^[if]/.test(this.source);
    this.#level = this.typed ? CLEAR : REDACT;
    this.#wasReadOnly = isControl(element) && element.readOnly;
    this.#content = isControl(element) ? null : new ElementText(element);
    if (isControl(element) && !this.typed) this.#value = element.value;
    this.#write();
  }

  /** Shows what a directive says. */
  paint(level: number, display: string | null): void {
    this.#level = level;
    this.#display = display;
    this.#resting = false;
    this.#write();
  }

  /** Shows nothing, and forgets what was released. */
  mask(): void {
    this.paint(REDACT, null);
  }

  /** Another form of the same value became available: write again. */
  repaint(): void {
    this.#write();
  }

  /** Whether anything readable of the value is on the page now. */
  get isClear(): boolean {
    return this.#level === CLEAR && !this.typed && this.#text() !== null;
  }

  /** The element is typed into and drawn as dots: its text must not be copied out. */
  get isVeiled(): boolean {
    return this.typed && this.#level !== CLEAR;
  }

  /** The page changed the element: takes what it wrote as the new value, and masks it again. */
  refresh(): void {
    if (this.typed) return;
    if (this.#readAgain() || this.#hasNewAttributes()) this.#write();
  }

  /** Gives the element back: attributes as they were, the value masked. */
  release(): void {
    this.#resting = true;
    this.#level = this.typed ? CLEAR : REDACT;
    this.#display = null;
    this.#write();
    this.#unstash(this.source === "local");
    this.#unlabel();
    this.element.removeAttribute(LEVEL_ATTRIBUTE);
    if (isControl(this.element)) this.element.readOnly = this.#wasReadOnly;
    this.#content?.forget();
    this.#value = "";
  }

  #write(): void {
    const { element } = this;
    const level = this.#level;
    element.setAttribute(LEVEL_ATTRIBUTE, LEVELS[level] ?? "redact");
    if (this.typed) {
      this.#veil(element as Control);
      return;
    }
    const clear = this.isClear;
    const text = this.#text() ?? REDACTED;
    if (clear) this.#unstash(false);
    else this.#putAside();
    if (isControl(element)) {
      element.readOnly = this.#wasReadOnly || !clear;
      setValue(element, text);
      this.#painted = text;
    } else if (this.#showsAuthored(clear)) {
      this.#content?.restore();
    } else {
      this.#content?.paint(text);
    }
    this.#label(clear, text);
  }

  /** The text of the level, or `null` where it has none and must be redacted. */
  #text(): string | null {
    const { source } = this;
    const level = this.#level;
    const display = this.#display;
    if (source === "sealed" && this.#resting) return this.#authored;
    if (level >= REDACT) return null;
    if (source === "local" && display === null) {
      return level === CLEAR ? this.#authored : this.#makeDisplay(this.className, level, this.#authored);
    }
    return display;
  }

  /** Whether the element shows what the page itself wrote, each piece in its own node. */
  #showsAuthored(clear: boolean): boolean {
    return this.source === "sealed" ? this.#resting : clear && this.#display === null;
  }

  get #authored(): string {
    return this.#content ? this.#content.authored : this.#value;
  }

  #readAgain(): boolean {
    const { element } = this;
    if (this.#content || !isControl(element)) return this.#content?.read() ?? false;
    const changed = element.value !== this.#painted;
    if (changed) this.#value = element.value;
    return changed;
  }

  /**
   * Draws what the subject types as dots. The value stays: the form needs it. A password that nobody tagged is drawn by
   * its page, which may have a button to show it.
   */
  #veil(input: Control): void {
    const veiled = this.#level !== CLEAR && (this.source !== "found" || this.className !== "password");
    if (veiled) input.style.setProperty("-webkit-text-security", "disc");
    else input.style.removeProperty("-webkit-text-security");
    input.readOnly = this.#wasReadOnly || this.#level === BLOCK;
  }

  #putAside(): void {
    const secret = this.source === "local" ? this.#authored.trim() : "";
    for (const element of [this.element, ...this.element.querySelectorAll("*")]) {
      for (const { name, value } of [...element.attributes]) {
        const tells = TELLING.includes(name) || (secret.length > 3 && value.includes(secret));
        if (!tells || value === "" || this.#isOwn(element, name)) continue;
        this.#stash.push([element, name, value]);
        element.removeAttribute(name);
      }
    }
  }

  /** Puts back what was aside. `drop` forgets what may tell the value. */
  #unstash(drop: boolean): void {
    for (const [element, name, value] of this.#stash) {
      if (!drop && !element.hasAttribute(name)) element.setAttribute(name, value);
    }
    this.#stash = [];
  }

  #hasNewAttributes(): boolean {
    return !this.isClear && TELLING.some((name) => this.element.hasAttribute(name) && !this.#isOwn(this.element, name));
  }

  #isOwn(element: Element, name: string): boolean {
    if (element !== this.element) return false;
    if (name === "aria-label") return this.#ownRole && element.getAttribute(name) === this.#spoken;
    return name === "aria-description" && element.getAttribute(name) === this.#spoken;
  }

  #spoken = "";

  /** Tells screen readers what the bullets stand for. */
  #label(clear: boolean, text: string): void {
    const { element } = this;
    const words = this.#words;
    if (clear) {
      this.#unlabel();
      return;
    }
    const name = element.getAttribute("data-palet-label") ?? words.names[this.className] ?? this.className;
    const rest = text.replace(/[•*xX…]+/g, " ").replace(/\s+/g, " ").trim();
    const replaced = this.#level === 2 || this.#level === 3;
    const pattern = replaced ? words.replaced : rest ? words.partly : words.hidden;
    this.#spoken = pattern.replace("{}", name) + (replaced ? "" : rest);
    if (isControl(element)) {
      element.setAttribute("aria-description", this.#spoken);
    } else {
      if (!element.hasAttribute("role")) {
        element.setAttribute("role", "img");
        this.#ownRole = true;
      }
      if (this.#ownRole) element.setAttribute("aria-label", this.#spoken);
    }
  }

  #unlabel(): void {
    const { element } = this;
    if (this.#ownRole) {
      element.removeAttribute("role");
      this.#ownRole = false;
    }
    for (const name of ["aria-label", "aria-description"]) {
      if (this.#spoken && element.getAttribute(name) === this.#spoken) element.removeAttribute(name);
    }
    this.#spoken = "";
  }
}

const classOf = (element: Element): string =>
  (element.getAttribute("data-palet-field") || element.getAttribute("field") || "custom").trim().toLowerCase().slice(0, 48);

/** An input that came with a value shows something of the bank's; an empty one is for the subject to fill. */
const isFilledIn = (input: Control): boolean => input.readOnly || input.disabled || input.defaultValue !== "";

/** Writes a control's value; what a reset would bring back is wiped as well. */
function setValue(control: Control, text: string): void {
  if (control.value !== text) control.value = text;
  if (control.defaultValue !== "" && control.defaultValue !== text) control.defaultValue = "";
}
