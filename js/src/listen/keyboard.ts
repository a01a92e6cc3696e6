/**
 * Keys: classes and times into the ring; what an input method or a soft keyboard does is counted, never timed.
 *
 * An input method's keys carry no identity (`isComposing`, key code 229), and for a moment after a composition the
 * keys that ended it come late. Android's soft keyboards send 229 without a code and no release: they are seen through
 * `beforeinput`.
 */

import type { Native } from "../native";
import { HeldKeys, classOf } from "./keys";
import { DOWN, FIELD_OPEN, type Ring, Signal, UP, keyCode, signalCode } from "./record";
import { type Secrecy, isTextControl } from "./secrecy";

const IME_KEY_CODE = 229;
const COMPOSITION_TAIL_MS = 200;

export class Keyboard {
  readonly #native: Native;
  readonly #ring: Ring;
  readonly #secrecy: Secrecy;
  readonly #held = new HeldKeys();
  #target: EventTarget | null = null;
  #inShadow = false;
  #field = FIELD_OPEN;
  #composedUntil = 0;
  /** A key with an identity is down: what changes text now comes from it. */
  #keyIsDown = false;
  readonly #handlers: ReadonlyArray<readonly [string, (event: never) => void]>;

  constructor(native: Native, ring: Ring, secrecy: Secrecy) {
    this.#native = native;
    this.#ring = ring;
    this.#secrecy = secrecy;
    this.#handlers = [
      ["keydown", (event: KeyboardEvent) => this.#handleDown(event)],
      ["keyup", (event: KeyboardEvent) => this.#handleUp(event)],
      ["compositionend", (event: Event) => void (this.#composedUntil = event.timeStamp + COMPOSITION_TAIL_MS)],
      ["beforeinput", (event: InputEvent) => this.#handleBeforeInput(event)],
      ["input", (event: Event) => this.#handleInput(event)],
      ["focusin", (event: Event) => this.#handleFocus(event)],
      ["paste", (event: Event) => this.#count(event, Signal.Paste)],
      ["copy", (event: Event) => this.#count(event, Signal.Copy)],
      ["cut", (event: Event) => this.#count(event, Signal.Copy)],
      ["blur", (event: Event) => void (event.target === window && this.release())],
    ];
  }

  start(): void {
    for (const [type, handler] of this.#handlers) this.#native.listen(window, type, handler);
  }

  stop(): void {
    for (const [type, handler] of this.#handlers) this.#native.unlisten(window, type, handler);
    this.release();
    this.forgetTarget();
  }

  /** A field changed its type: look again at the next key. */
  forgetTarget(): void {
    this.#target = null;
  }

  /** Forgets which keys are held. */
  release(): void {
    this.#held.clear();
    this.#keyIsDown = false;
  }

  #handleDown(event: KeyboardEvent): void {
    const at = event.timeStamp;
    if (!event.isTrusted) {
      this.#ring.push(at, signalCode(Signal.Untrusted), 0, 0);
    } else if (event.code === undefined) {
      // Chromium sends a bare event when it fills a form.
      this.#ring.push(at, signalCode(Signal.Autofill), 0, 0);
    } else if (event.isComposing || event.keyCode === IME_KEY_CODE || at < this.#composedUntil) {
      if (event.code) {
        this.#keyIsDown = true;
        this.#ring.push(at, signalCode(Signal.Composition), 0, 0);
      }
    } else if (event.repeat) {
      this.#keyIsDown = true;
      this.#ring.push(at, signalCode(Signal.Repeat), 0, 0);
    } else {
      this.#keyIsDown = true;
      const code = keyCode(DOWN, classOf(event), this.#held.press(event.code), this.#fieldOf(event));
      this.#ring.push(at, code, 0, 0);
    }
  }

  #handleUp(event: KeyboardEvent): void {
    if (!event.isTrusted || event.code === undefined) return;
    this.#keyIsDown = false;
    const slot = this.#held.release(event.code);
    if (slot >= 0) {
      this.#ring.push(event.timeStamp, keyCode(UP, classOf(event), slot, this.#fieldOf(event)), 0, 0);
    }
    // macOS sends no release for keys that were held together with Command.
    if (event.code === "MetaLeft" || event.code === "MetaRight") this.#held.clear();
  }

  #handleBeforeInput(event: InputEvent): void {
    const type = event.inputType ?? "";
    if (type === "insertFromDrop") this.#count(event, Signal.Paste);
    else if (!this.#keyIsDown && event.isTrusted && /^(insert(Text|Composition|Line|Para)|delete)/.test(type)) {
      this.#count(event, Signal.SoftInput);
    }
  }

  /** Text that changed without keys, without a paste and without a soft keyboard was filled in. */
  #handleInput(event: Event): void {
    const target = event.composedPath()[0];
    if (this.#keyIsDown || !isTextControl(target) || /range|color|checkbox|radio|file/.test(target.type)) return;
    const type = (event as InputEvent).inputType;
    if (!event.isTrusted || !type || (type === "insertReplacementText" && isFilled(target))) {
      this.#count(event, Signal.Autofill);
    }
  }

  #handleFocus(event: Event): void {
    this.#look(event);
    if (isTextControl(event.composedPath()[0])) this.#count(event, Signal.Focus);
  }

  #count(event: Event, signal: Signal): void {
    this.#ring.push(event.timeStamp, signalCode(signal), 0, 0);
  }

  /** The field that a key belongs to. Focus that moves inside a shadow root is not told outside, so look each time. */
  #fieldOf(event: Event): number {
    if (event.target !== this.#target || this.#inShadow) this.#look(event);
    return this.#field;
  }

  #look(event: Event): void {
    const inner = event.composedPath()[0] as Element;
    this.#target = event.target;
    this.#inShadow = inner !== event.target || (inner.localName ?? "").includes("-");
    if (this.#inShadow) this.#secrecy.watch(inner.getRootNode());
    this.#field = inner.localName ? this.#secrecy.fieldOf(inner) : FIELD_OPEN;
  }
}

function isFilled(element: Element): boolean {
  try {
    return element.matches(":autofill");
  } catch {
    return false;
  }
}
