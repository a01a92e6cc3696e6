/**
 * What kind of field a key belongs to: open, secret (totals only), or opted into fixed-text comparison.
 *
 * Secret by type, by autocomplete, by how the browser shows it, by declared class, and by name; and whatever was once a
 * password stays secret after "show password". In doubt: secret. A field opts into fixed text with
 * `data-palet-fixed-text`; card and one-time fields cannot.
 */

import type { Native } from "../native";
import { FIELD_FIXED_TEXT, FIELD_OPEN, FIELD_SECRET } from "./record";

const FIXED_TEXT_FIELDS = 16;
const NEVER_FIXED = /(^|\s)(cc-[a-z-]+|one-time-code)(\s|$)/i;
const SECRET_AUTOCOMPLETE = /(^|\s)(cc-[a-z-]+|[a-z]+-password|one-time-code)(\s|$)/i;
const SECRET_NAME =
  /(^|[^a-z])(pass(wor[dt]|wd|code|phrase)?|kennwort|pwd|pin|cvv2?|cvc2?|csc|otp|tan|totp|mfa|security-?code|card-?n(umber|o|um)|pan|one-?time-?code)([^a-z]|$)/i;
const SECRET_CLASSES = /^(pan|cvv|pin|otp|password|track)$/;
const WATCHED = ["type", "autocomplete", "name", "id", "data-palet-field", "data-palet-fixed-text"];

type TextControl = HTMLInputElement | HTMLTextAreaElement;

export const isTextControl = (node: unknown): node is TextControl => {
  const name = (node as Element | null)?.localName;
  return name === "input" || name === "textarea";
};

/** camelCase and snake_case to words that {@link SECRET_NAME} can tell apart. */
const words = (name: string): string => name.replace(/([a-z])([A-Z])/g, "$1-$2").replace(/_/g, "-");

/** Knows the kind of each field of one page. */
export class Secrecy {
  readonly #everSecret = new WeakSet<Element>();
  /** Names and ids of secret fields: a page may swap the input when it shows the password. Never leaves this object. */
  readonly #secretNames = new Set<string>();
  readonly #roots = new WeakSet<Node>();
  readonly #observer: MutationObserver;

  constructor(native: Native, changed: () => void) {
    this.#observer = new native.MutationObserver((records) => {
      for (const record of records) {
        if (record.oldValue === "password" || SECRET_AUTOCOMPLETE.test(record.oldValue ?? "")) {
          this.#remember(record.target as Element);
        }
      }
      changed();
    });
  }

  /** Watches a document or shadow root for fields that change their type. Each root once. */
  watch(root: Node): void {
    if (this.#roots.has(root)) return;
    this.#roots.add(root);
    this.#observer.observe(root, {
      subtree: true,
      attributes: true,
      attributeFilter: WATCHED,
      attributeOldValue: true,
    });
    for (const input of (root as ParentNode).querySelectorAll("input[type=password]")) this.#remember(input);
  }

  /** The field was found to be secret: nothing but totals from now on. */
  keep(element: Element): void {
    this.#remember(element);
  }

  stop(): void {
    this.#observer.disconnect();
  }

  /** The field code of the element that has the keyboard. */
  fieldOf(element: Element): number {
    if (!isTextControl(element)) return this.#isClosed(element) ? FIELD_SECRET : FIELD_OPEN;
    const autocomplete = element.getAttribute("autocomplete") ?? "";
    if (element.hasAttribute("data-palet-fixed-text") && !NEVER_FIXED.test(autocomplete)) {
      return fixedTextOf(element);
    }
    if (!this.#isSecret(element, autocomplete)) return FIELD_OPEN;
    this.#remember(element);
    return FIELD_SECRET;
  }

  #isSecret(element: TextControl, autocomplete: string): boolean {
    return (
      element.type === "password" ||
      this.#everSecret.has(element) ||
      SECRET_AUTOCOMPLETE.test(autocomplete) ||
      SECRET_CLASSES.test(element.getAttribute("data-palet-field") ?? "") ||
      element.maxLength === 1 ||
      this.#isNamedSecret(element) ||
      isDotted(element)
    );
  }

  #isNamedSecret(element: TextControl): boolean {
    const { name, id } = element;
    return (
      this.#secretNames.has(name) || this.#secretNames.has(id) || SECRET_NAME.test(words(name)) || SECRET_NAME.test(words(id))
    );
  }

  /** A custom element whose inside cannot be seen: its field may be anything. */
  #isClosed(element: Element): boolean {
    return element.localName.includes("-") && !element.shadowRoot && !(element as HTMLElement).isContentEditable;
  }

  #remember(element: Element): void {
    this.#everSecret.add(element);
    const { name, id } = element as HTMLInputElement;
    if (name) this.#secretNames.add(name);
    if (id) this.#secretNames.add(id);
  }
}

/** The number of a fixed-text field: its attribute's, else its place in the document, so that it is the same next time. */
function fixedTextOf(element: Element): number {
  const written = element.getAttribute("data-palet-fixed-text") ?? "";
  const all = (element.getRootNode() as ParentNode).querySelectorAll("[data-palet-fixed-text]");
  const number = /^\d+$/.test(written) ? Number(written) : Array.from(all).indexOf(element);
  return number < FIXED_TEXT_FIELDS ? FIELD_FIXED_TEXT + number : FIELD_SECRET;
}

/** A text field that the page draws as dots, as some banks do to keep password managers away. */
function isDotted(element: Element): boolean {
  const style = getComputedStyle(element) as CSSStyleDeclaration & { webkitTextSecurity?: string };
  return !/^(none)?$/.test(style.webkitTextSecurity ?? "");
}
