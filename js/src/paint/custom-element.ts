/**
 * `<palet-field field="iban" sealed="…">`: the same as an element with `data-palet-field`, and at home in shadow roots.
 *
 * Defined when the SDK starts, never when it is imported; a browser keeps a definition for the life of the page.
 */

const NAME = "palet-field";

let found: ((root: Document | ShadowRoot) => void) | null = null;

/** Tells `watch` of each root in which the element appears. */
export function defineElement(watch: (root: Document | ShadowRoot) => void): void {
  found = watch;
  if (!globalThis.customElements || customElements.get(NAME)) return;
  customElements.define(
    NAME,
    class extends HTMLElement {
      connectedCallback(): void {
        const root = this.getRootNode();
        if (root instanceof ShadowRoot) found?.(root);
      }
    },
  );
}

/** The SDK has ended. */
export function forgetElement(): void {
  found = null;
}
