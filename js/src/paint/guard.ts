/**
 * Keeps values from leaving the page by another door while they are shown.
 *
 * `data-palet-guard="copy drag print select"` on a field, or on anything around it, names the doors that are shut; so does
 * the policy. What is typed into a veiled input is never copied or dragged out. What was copied while it was shown is
 * taken out of the clipboard when it is masked, as long as the page kept the focus, so that the clipboard is still its own.
 */

import type { Native } from "../native";

/** What the guard must know of the fields. */
export interface Guarded {
  /** The clear fields and veiled inputs that a selection or a drag touches. */
  touched(range: Range | null, target: EventTarget | null): Array<{ element: Element; veiled: boolean; shut: number }>;
  /** Clear fields whose printing is shut are masked, until `unhide`. */
  hideFrom(door: number): void;
  unhide(): void;
}

/** The doors, by their bits in a directive. */
const enum Door {
  Copy,
  Drag,
  Print,
  Select,
}
const DOORS = [/\bcopy\b/, /\bdrag\b/, /\bprint\b/, /\bselect\b/];

/** Whether a door is shut for an element, by its page or by the policy. */
export function isShut(element: Element, door: number, shut: number): boolean {
  const named = element.closest("[data-palet-guard]")?.getAttribute("data-palet-guard");
  return (shut & (1 << door)) > 0 || DOORS[door]!.test(named ?? "");
}

export class Guard {
  readonly #native: Native;
  readonly #handlers: ReadonlyArray<readonly [string, (event: Event) => void]>;
  /** The clipboard holds what a clear field showed. */
  #copied = false;

  constructor(native: Native, fields: Guarded) {
    this.#native = native;
    const stop = (door: Door) => (event: Event) => {
      const selection = document.getSelection();
      const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
      const target = event.composedPath()[0] ?? null;
      const touched = fields.touched(range, target);
      const shut = touched.some((field) => field.veiled || isShut(field.element, door, field.shut));
      if (shut) {
        event.preventDefault();
        event.stopImmediatePropagation();
      } else if (door === Door.Copy) {
        this.#copied = touched.length > 0;
      }
    };
    this.#handlers = [
      ["copy", stop(Door.Copy)],
      ["cut", stop(Door.Copy)],
      ["dragstart", stop(Door.Drag)],
      ["selectstart", stop(Door.Select)],
      ["blur", ({ target }) => void (target === window && (this.#copied = false))],
      ["beforeprint", () => fields.hideFrom(Door.Print)],
      ["afterprint", () => fields.unhide()],
    ];
  }

  start(): void {
    for (const [type, handler] of this.#handlers) this.#native.listen(window, type, handler, false);
  }

  /** Fields were masked: what was copied of them goes as well. */
  wipeClipboard(): void {
    if (!this.#copied) return;
    this.#copied = false;
    navigator.clipboard?.writeText("").catch(() => {});
  }

  stop(): void {
    for (const [type, handler] of this.#handlers) this.#native.unlisten(window, type, handler);
  }
}
