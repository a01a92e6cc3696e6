/**
 * Which field has the keyboard, and of which kind it is: looked up when the focus moves or a field changes, so that a
 * key costs nothing but its own record.
 *
 * A focus that moves inside a shadow root is not told outside of it; so each root that had the focus once is listened
 * to itself. A closed root cannot be: what has the focus there is secret.
 */

import type { Native } from "../native";
import { FIELD_OPEN, type Ring, Signal, signalCode } from "./record";
import { Secrecy, isTextControl } from "./secrecy";

export class Focus {
  readonly #native: Native;
  readonly #ring: Ring;
  readonly #secrecy: Secrecy;
  readonly #roots: EventTarget[] = [];
  readonly #moved = (event: Event): void => this.#handleMoved(event);
  #element: Element | null = null;
  /** When it came into the field. A root and the window hear of the same move; a field that is left and entered again
   * hears of another one. */
  #movedAt = -1;
  /** The code of the field that has the keyboard now. */
  field = FIELD_OPEN;
  /** Text was typed or pasted into the field since it has the focus. */
  touched = false;

  constructor(native: Native, ring: Ring) {
    this.#native = native;
    this.#ring = ring;
    this.#secrecy = new Secrecy(native, () => this.#look());
    this.#secrecy.watch(document);
  }

  start(): void {
    this.#follow(window);
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) {
      this.#enter(element.shadowRoot);
      element = element.shadowRoot.activeElement;
    }
    this.#element = element;
    this.#look();
  }

  pause(): void {
    for (const root of this.#roots) this.#native.unlisten(root, "focusin", this.#moved);
    this.#roots.length = 0;
  }

  stop(): void {
    this.pause();
    this.#secrecy.stop();
  }

  keepSecret(element: Element): void {
    this.#secrecy.keep(element);
    this.#look();
  }

  #follow(root: EventTarget): void {
    if (this.#roots.includes(root)) return;
    this.#roots.push(root);
    this.#native.listen(root, "focusin", this.#moved);
  }

  #enter(root: ShadowRoot): void {
    this.#secrecy.watch(root);
    this.#follow(root);
  }

  #handleMoved(event: Event): void {
    const path = event.composedPath();
    const element = path[0] as Element;
    if (element === this.#element && event.timeStamp === this.#movedAt) return;
    for (const node of path) if (node instanceof ShadowRoot) this.#enter(node);
    this.#element = element;
    this.#movedAt = event.timeStamp;
    this.touched = false;
    this.#look();
    if (isTextControl(element)) this.#ring.push(event.timeStamp, signalCode(Signal.Focus), 0, 0);
  }

  #look(): void {
    this.field = this.#element?.localName ? this.#secrecy.fieldOf(this.#element) : FIELD_OPEN;
  }
}
