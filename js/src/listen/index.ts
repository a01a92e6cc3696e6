/** Everything that listens: started and stopped together, all of it passive, all of it into one ring. */

import type { Native } from "../native";
import { Focus } from "./focus";
import { Keyboard } from "./keyboard";
import { Pointer } from "./pointer";
import type { Ring } from "./record";

export class Listeners {
  readonly #focus: Focus;
  readonly #keyboard: Keyboard;
  readonly #pointer: Pointer;
  #running = false;

  constructor(native: Native, ring: Ring) {
    this.#focus = new Focus(native, ring);
    this.#keyboard = new Keyboard(native, ring, this.#focus);
    this.#pointer = new Pointer(native, ring);
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#focus.start();
    this.#keyboard.start();
    this.#pointer.start();
  }

  /** Stops listening, but still watches which fields were passwords. */
  pause(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#focus.pause();
    this.#keyboard.stop();
    this.#pointer.stop();
  }

  stop(): void {
    this.pause();
    this.#focus.stop();
  }

  /** Nothing but totals is captured from this field from now on. */
  keepSecret(element: Element): void {
    this.#focus.keepSecret(element);
  }

  /** The page lost the keyboard: releases may never come. */
  releaseKeys(): void {
    this.#keyboard.release();
  }
}
