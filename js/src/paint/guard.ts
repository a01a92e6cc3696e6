/**
 * Keeps values from leaving the page by another door while they are shown.
 *
 * `data-palet-guard="copy drag print select"` on a field, or on anything around it, names the doors that are shut. What
 * is typed into a veiled input is never copied or dragged out.
 */

import type { Native } from "../native";

/** What the guard must know of the fields. */
export interface Guarded {
  /** The clear fields and veiled inputs that a selection or a drag touches. */
  touched(range: Range | null, target: EventTarget | null): Array<{ element: Element; veiled: boolean }>;
  /** Clear fields whose printing is shut are masked, until `unhide`. */
  hideFrom(door: string): void;
  unhide(): void;
}

const doorsOf = (element: Element): string =>
  element.closest("[data-palet-guard]")?.getAttribute("data-palet-guard") ?? "";

/** Whether a door is shut for an element. */
export const isShut = (element: Element, door: string): boolean => doorsOf(element).split(/\s+/).includes(door);

export class Guard {
  readonly #native: Native;
  readonly #handlers: ReadonlyArray<readonly [string, (event: Event) => void]>;

  constructor(native: Native, fields: Guarded) {
    this.#native = native;
    const stop = (door: string) => (event: Event) => {
      const selection = document.getSelection();
      const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
      const target = event.composedPath()[0] ?? null;
      const shut = fields.touched(range, target).some(({ element, veiled }) => veiled || isShut(element, door));
      if (shut) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    };
    this.#handlers = [
      ["copy", stop("copy")],
      ["cut", stop("copy")],
      ["dragstart", stop("drag")],
      ["selectstart", stop("select")],
      ["beforeprint", () => fields.hideFrom("print")],
      ["afterprint", () => fields.unhide()],
    ];
  }

  start(): void {
    for (const [type, handler] of this.#handlers) this.#native.listen(window, type, handler, false);
  }

  stop(): void {
    for (const [type, handler] of this.#handlers) this.#native.unlisten(window, type, handler);
  }
}
