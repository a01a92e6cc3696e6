/** Everything that listens: started and stopped together, all of it passive, all of it into one ring. */

import type { Native } from "../native";
import { Keyboard } from "./keyboard";
import { Pointer } from "./pointer";
import type { Ring } from "./record";
import { Secrecy } from "./secrecy";

export class Listeners {
  readonly #secrecy: Secrecy;
  readonly #keyboard: Keyboard;
  readonly #pointer: Pointer;
  #running = false;

  constructor(native: Native, ring: Ring) {
    this.#secrecy = new Secrecy(native, () => this.#keyboard.forgetTarget());
    this.#keyboard = new Keyboard(native, ring, this.#secrecy);
    this.#pointer = new Pointer(native, ring);
    this.#secrecy.watch(document);
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#keyboard.start();
    this.#pointer.start();
  }

  /** Stops listening, but still watches which fields were passwords. */
  pause(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#keyboard.stop();
    this.#pointer.stop();
  }

  stop(): void {
    this.pause();
    this.#secrecy.stop();
  }

  /** The page lost the keyboard: releases may never come. */
  releaseKeys(): void {
    this.#keyboard.release();
  }
}
