/**
 * Mouse, finger and pen: every sample that the browser took, coalesced ones included, into the ring.
 *
 * A finger that begins to pan the page is taken from the pointer events by the browser; from then on its touch events
 * are read, so that a swipe is one drag from its first to its last sample.
 */

import type { Native } from "../native";
import { PointerKind, PointerPhase, type Ring, Signal, pointerCode, signalCode } from "./record";

const MOVE_MOUSE = pointerCode(PointerPhase.Move, PointerKind.Mouse);
const SCROLL = pointerCode(PointerPhase.Scroll, PointerKind.Mouse);
/** A scroll that follows a wheel or a finger within this time is that wheel's or finger's. */
const SCROLL_TAIL_MS = 300;

function kindOf(event: PointerEvent): PointerKind {
  const type = event.pointerType;
  return type === "touch" ? PointerKind.Touch : type === "pen" ? PointerKind.Pen : PointerKind.Mouse;
}

export class Pointer {
  readonly #native: Native;
  readonly #ring: Ring;
  /** The pointer that moved last, and what it is: its type is a text, which costs more than all else of a sample. */
  #id = Number.NaN;
  #kind = PointerKind.Mouse;
  /** The browser pans with this finger: touch events carry on. */
  #panning = false;
  #scrolledUntil = 0;
  readonly #handlers: ReadonlyArray<readonly [string, (event: never) => void]>;

  constructor(native: Native, ring: Ring) {
    this.#native = native;
    this.#ring = ring;
    this.#handlers = [
      ["pointermove", (event: PointerEvent) => this.#handleMove(event)],
      ["pointerdown", (event: PointerEvent) => this.#handleStep(event, PointerPhase.Down)],
      ["pointerup", (event: PointerEvent) => this.#handleStep(event, PointerPhase.Up)],
      ["pointercancel", (event: PointerEvent) => this.#handleCancel(event)],
      ["touchmove", (event: TouchEvent) => this.#handleTouch(event, PointerPhase.Move)],
      ["touchend", (event: TouchEvent) => this.#handleTouch(event, PointerPhase.Up)],
      ["touchcancel", (event: TouchEvent) => this.#handleTouch(event, PointerPhase.Cancel)],
      ["wheel", (event: WheelEvent) => this.#handleWheel(event)],
      ["scroll", (event: Event) => this.#handleScroll(event)],
    ];
  }

  start(): void {
    for (const [type, handler] of this.#handlers) this.#native.listen(window, type, handler);
  }

  stop(): void {
    for (const [type, handler] of this.#handlers) this.#native.unlisten(window, type, handler);
  }

  #handleMove(event: PointerEvent): void {
    if (!event.isTrusted) {
      this.#ring.push(event.timeStamp, signalCode(Signal.Untrusted), 0, 0);
      return;
    }
    if (event.pointerId !== this.#id) this.#look(event);
    const kind = this.#kind;
    if (kind === PointerKind.Touch && !event.isPrimary) return;
    const code = MOVE_MOUSE | (kind << 5);
    const ring = this.#ring;
    const samples = event.getCoalescedEvents?.();
    const count = samples?.length ?? 0;
    if (count < 2) {
      ring.push(event.timeStamp, code, event.clientX, event.clientY);
      return;
    }
    for (let i = 0; i < count; i++) {
      const sample = (samples as PointerEvent[])[i] as PointerEvent;
      ring.push(sample.timeStamp, code, sample.clientX, sample.clientY);
    }
  }

  #handleStep(event: PointerEvent, phase: PointerPhase): void {
    if (!event.isTrusted) {
      this.#ring.push(event.timeStamp, signalCode(Signal.Untrusted), 0, 0);
    } else if (event.isPrimary) {
      if (phase === PointerPhase.Down) this.#panning = false;
      this.#look(event);
      this.#ring.push(event.timeStamp, pointerCode(phase, this.#kind), event.clientX, event.clientY);
    }
  }

  #look(event: PointerEvent): void {
    this.#id = event.pointerId;
    this.#kind = kindOf(event);
  }

  #handleCancel(event: PointerEvent): void {
    if (kindOf(event) === PointerKind.Touch) this.#panning = event.isPrimary && event.isTrusted;
    else this.#handleStep(event, PointerPhase.Cancel);
  }

  #handleTouch(event: TouchEvent, phase: PointerPhase): void {
    this.#scrolledUntil = event.timeStamp + SCROLL_TAIL_MS;
    const touch = event.changedTouches[0];
    if (!this.#panning || !touch || !event.isTrusted) return;
    if (phase !== PointerPhase.Move) this.#panning = false;
    this.#ring.push(event.timeStamp, pointerCode(phase, PointerKind.Touch), touch.clientX, touch.clientY);
  }

  #handleWheel(event: WheelEvent): void {
    if (!event.isTrusted) return;
    this.#scrolledUntil = event.timeStamp + SCROLL_TAIL_MS;
    this.#ring.push(event.timeStamp, SCROLL, event.clientX, event.clientY);
  }

  /** Counts each scroll once, however many frames it lasts. */
  #handleScroll(event: Event): void {
    const at = event.timeStamp;
    if (at >= this.#scrolledUntil) this.#ring.push(at, signalCode(Signal.Scroll), 0, 0);
    this.#scrolledUntil = at + SCROLL_TAIL_MS;
  }
}
