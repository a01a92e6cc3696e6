/**
 * Keys: classes and times into the ring; what an input method, a soft keyboard or the browser writes is counted, never
 * timed.
 *
 * An input method's keys carry no identity (key code 229), and for a moment after a composition the keys that ended it
 * come late. Android's soft keyboards send 229 without a code and no release: from the first such key on they are seen
 * through `beforeinput`, which is not listened to before, since a listener costs as much as a key.
 */

import type { Native } from "../native";
import type { Focus } from "./focus";
import { HeldKeys, classOf, rowOf } from "./keys";
import { DOWN, type Ring, Signal, UP, keyCode, signalCode } from "./record";
import { isTextControl } from "./secrecy";

const IME_KEY_CODE = 229;
const COMPOSITION_TAIL_MS = 200;

type Handlers = ReadonlyArray<readonly [string, (event: never) => void]>;

export class Keyboard {
  readonly #native: Native;
  readonly #ring: Ring;
  readonly #focus: Focus;
  readonly #held = new HeldKeys();
  /** Until when keys belong to an input method. **Units**: ms. */
  #composedUntil = 0;
  #softKeyboard = false;
  readonly #handlers: Handlers;
  readonly #softHandler = (event: InputEvent): void => this.#handleBeforeInput(event);

  constructor(native: Native, ring: Ring, focus: Focus) {
    this.#native = native;
    this.#ring = ring;
    this.#focus = focus;
    this.#handlers = [
      ["keydown", (event: KeyboardEvent) => this.#handleDown(event)],
      ["keyup", (event: KeyboardEvent) => this.#handleUp(event)],
      ["compositionstart", () => void (this.#composedUntil = Infinity)],
      ["compositionend", (event: Event) => void (this.#composedUntil = event.timeStamp + COMPOSITION_TAIL_MS)],
      ["change", (event: Event) => this.#handleChange(event)],
      ["paste", (event: Event) => this.#handlePaste(event)],
      ["drop", (event: Event) => this.#handlePaste(event)],
      ["copy", (event: Event) => this.#count(event, Signal.Copy)],
      ["cut", (event: Event) => this.#count(event, Signal.Copy)],
      ["blur", (event: Event) => void (event.target === window && this.release())],
    ];
  }

  start(): void {
    for (const [type, handler] of this.#handlers) this.#native.listen(window, type, handler);
    if (matchMedia("(pointer: coarse)").matches) this.#listenSoft();
  }

  stop(): void {
    for (const [type, handler] of this.#handlers) this.#native.unlisten(window, type, handler);
    this.#native.unlisten(window, "beforeinput", this.#softHandler);
    this.#softKeyboard = false;
    this.release();
  }

  /** Forgets which keys are held. */
  release(): void {
    this.#held.clear();
  }

  #handleDown(event: KeyboardEvent): void {
    const at = event.timeStamp;
    const { code } = event;
    if (!event.isTrusted) {
      this.#ring.push(at, signalCode(Signal.Untrusted), 0, 0);
    } else if (code === undefined) {
      // Chromium sends a bare event when it fills a form.
      this.#ring.push(at, signalCode(Signal.Autofill), 0, 0);
    } else if (at < this.#composedUntil || event.keyCode === IME_KEY_CODE) {
      this.#handleComposed(at, code);
    } else {
      const row = rowOf(code);
      this.#focus.touched = true;
      if (this.#held.slotOf(row) >= 0 && event.repeat) {
        this.#ring.push(at, signalCode(Signal.Repeat), 0, 0);
      } else {
        this.#ring.push(at, keyCode(DOWN, classOf(event, row), this.#held.press(row), this.#focus.field), 0, 0);
      }
    }
  }

  #handleUp(event: KeyboardEvent): void {
    const { code } = event;
    if (code === undefined || !event.isTrusted) return;
    const row = rowOf(code);
    const slot = this.#held.release(row);
    if (slot >= 0) {
      this.#ring.push(event.timeStamp, keyCode(UP, classOf(event, row), slot, this.#focus.field), 0, 0);
    }
    // macOS sends no release for keys that were held together with Command.
    if (code === "MetaLeft" || code === "MetaRight") this.#held.clear();
  }

  #handleComposed(at: number, code: string): void {
    this.#focus.touched = true;
    if (code) this.#ring.push(at, signalCode(Signal.Composition), 0, 0);
    else this.#listenSoft();
  }

  #listenSoft(): void {
    if (this.#softKeyboard) return;
    this.#softKeyboard = true;
    this.#native.listen(window, "beforeinput", this.#softHandler);
  }

  /** Text of a soft keyboard: no key with an identity is down. */
  #handleBeforeInput(event: InputEvent): void {
    if (!event.isTrusted || this.#held.any || !/^(insert(Text|Comp|Line|Para)|delete)/.test(event.inputType)) return;
    this.#focus.touched = true;
    this.#count(event, Signal.SoftInput);
  }

  /** A field that has changed without keys, paste or soft keyboard was filled in, by the browser or a password manager. */
  #handleChange(event: Event): void {
    const field = event.composedPath()[0];
    if (!isTextControl(field) || /range|color|checkbox|radio|file/.test(field.type)) return;
    if (!this.#focus.touched || !event.isTrusted || isFilled(field)) this.#count(event, Signal.Autofill);
  }

  #handlePaste(event: Event): void {
    this.#focus.touched = true;
    this.#count(event, Signal.Paste);
  }

  #count(event: Event, signal: Signal): void {
    this.#ring.push(event.timeStamp, signalCode(signal), 0, 0);
  }
}

function isFilled(element: Element): boolean {
  try {
    return element.matches(":autofill");
  } catch {
    return false;
  }
}
