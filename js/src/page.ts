/**
 * The page's own life: hidden, shown, kept for "back", brought back.
 *
 * A page that the browser keeps must not come back with values that were released to whoever sat there before: it is
 * masked when it goes, and connects anew when it returns. There is no `unload` handler, which would keep the browser
 * from storing the page at all.
 */

import type { Native } from "./native";

export interface PageListener {
  hidden(): void;
  shown(): void;
  /** The page is left; it may come back from the browser's store. */
  left(): void;
}

export class PageLife {
  readonly #native: Native;
  readonly #handlers: ReadonlyArray<readonly [EventTarget, string, (event: never) => void]>;

  constructor(native: Native, listener: PageListener) {
    this.#native = native;
    this.#handlers = [
      [
        document,
        "visibilitychange",
        () => (document.visibilityState === "hidden" ? listener.hidden() : listener.shown()),
      ],
      [window, "pagehide", () => listener.left()],
      [window, "pageshow", (event: PageTransitionEvent) => void (event.persisted && listener.shown())],
    ];
  }

  start(): void {
    for (const [target, type, handler] of this.#handlers) this.#native.listen(target, type, handler);
  }

  stop(): void {
    for (const [target, type, handler] of this.#handlers) this.#native.unlisten(target, type, handler);
  }
}
