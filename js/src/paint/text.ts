/**
 * The text of one element, node by node: what the page wrote into each node, and what is painted there instead.
 *
 * A framework that re-renders writes into its own nodes; a node that does not hold what was painted holds something new.
 */

interface Slot {
  readonly node: Text;
  /** What the page wrote. */
  authored: string;
  /** What was painted over it. */
  painted: string;
}

export class ElementText {
  readonly #element: HTMLElement;
  #slots: Slot[] = [];

  constructor(element: HTMLElement) {
    this.#element = element;
    this.read();
  }

  /** What the page wrote, as one text. */
  get authored(): string {
    return this.#slots.map((slot) => slot.authored).join("");
  }

  /** Looks for what the page wrote since. Returns whether there was anything. */
  read(): boolean {
    const known = new Map(this.#slots.map((slot) => [slot.node, slot]));
    const walker = document.createTreeWalker(this.#element, 4 /* NodeFilter.SHOW_TEXT */);
    const before = this.#slots;
    let changed = false;
    this.#slots = [];
    while (walker.nextNode()) {
      const node = walker.currentNode as Text;
      const slot = known.get(node);
      if (slot && slot.painted === node.data) {
        this.#slots.push(slot);
      } else {
        this.#slots.push({ node, authored: node.data, painted: node.data });
        changed = true;
      }
    }
    return changed || before.length !== this.#slots.length;
  }

  /** Paints `text` over the element: into its first node with text, the others empty. */
  paint(text: string): void {
    const main = this.#slots.find((slot) => slot.authored.trim() !== "") ?? this.#slots[0];
    if (!main) {
      const node = document.createTextNode(text);
      this.#element.append(node);
      this.#slots.push({ node, authored: "", painted: text });
    }
    for (const slot of this.#slots) write(slot, slot === main || !main ? text : "");
  }

  /** Shows what the page wrote. */
  restore(): void {
    for (const slot of this.#slots) write(slot, slot.authored);
  }

  /** Forgets what the page wrote. */
  forget(): void {
    for (const slot of this.#slots) slot.authored = slot.painted;
  }
}

function write(slot: Slot, text: string): void {
  if (slot.node.data !== text) slot.node.data = text;
  slot.painted = text;
}
