/**
 * Finds the page's fields, numbers them, and shows each as it is told.
 *
 * Elements with the same sealed value are one field. A field is masked from the moment it is found, which is before the
 * browser draws it. Numbers are few: a field that has left the page gives its number back, and the number that was free
 * for the longest is used next, so that a late directive for the old field does not meet a new one.
 */

import { CLEAR } from "../level";
import type { Started } from "../later/host";
import type { Native } from "../native";
import { PaintedElement, type Source, TELLING } from "./element";
import { Guard, type Guarded, isShut } from "./guard";
import type { Words } from "./words";

export const SELECTOR = "[data-palet-field],palet-field";
const WATCHED = ["data-palet-field", "data-palet-sealed", "field", "sealed"];
/** A page may declare so many fields at once. */
export const FIELDS_MAX = 256;
/** An element that is gone for so long is not about to be moved or rendered again. */
const GONE_MS = 1000;

/** What one numbered field is. */
export interface Declaration {
  id: number;
  className: string;
  source: Source;
  sealed: string | null;
}

/** What the painter tells the session. */
export interface FieldListener {
  declare(fields: Declaration[]): void;
  retire(ids: number[]): void;
  /** More fields than can be numbered: the rest stays masked. */
  overflow(): void;
}

interface Field extends Declaration {
  elements: Set<PaintedElement>;
  level: number | null;
  display: string | null;
  shut: number;
}

export class Painter {
  readonly #native: Native;
  readonly #words: Words;
  readonly #guard: Guard;
  readonly #fields = new Map<number, Field>();
  readonly #byElement = new Map<Element, { painted: PaintedElement; field: Field | null }>();
  readonly #dropped = new WeakMap<Element, PaintedElement>();
  readonly #bySealed = new Map<string, Field>();
  readonly #free = Array.from({ length: FIELDS_MAX }, (_, id) => id);
  /** The document and the shadow roots that are watched. */
  readonly roots = new Set<Document | ShadowRoot>();
  readonly #finder: MutationObserver;
  readonly #keeper: MutationObserver;
  #listener: FieldListener | null = null;
  #sweeping = false;
  #hidden: PaintedElement[] = [];
  /** What is loaded later: forms of values that the page holds, and a voice. */
  later: Started | null = null;

  constructor(native: Native, words: Words) {
    this.#native = native;
    this.#words = words;
    this.#finder = new native.MutationObserver((records) => this.#handlePage(records));
    this.#keeper = new native.MutationObserver((records) => this.#handleFields(records));
    this.#guard = new Guard(native, {
      touched: (range, target) => this.#touched(range, target),
      hideFrom: (door) => this.#hideFrom(door),
      unhide: () => this.#unhide(),
    });
  }

  /** Masks what is there and watches for more. */
  start(): void {
    this.watch(document);
    this.#guard.start();
  }

  /** Masks and watches a document or a shadow root. */
  watch(root: Document | ShadowRoot): void {
    if (this.roots.has(root)) return;
    this.roots.add(root);
    this.#finder.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: WATCHED });
    this.#adopt([...root.querySelectorAll(SELECTOR)]);
  }

  /** The session is there: tells it of every field, now and later. */
  connect(listener: FieldListener): void {
    this.#listener = listener;
    listener.declare([...this.#fields.values()]);
  }

  /** Shows a field as a directive says. Returns its elements. */
  paint(id: number, level: number, display: string | null, shut = 0): Element[] {
    const field = this.#fields.get(id);
    if (!field) return [];
    this.#settle();
    const before = field.level;
    field.level = level;
    field.display = display;
    field.shut = shut;
    for (const painted of field.elements) show(painted, field);
    this.#keeper.takeRecords();
    if (before !== null && (before === CLEAR) !== (level === CLEAR)) this.#tell(level !== CLEAR);
    return [...field.elements].map((painted) => painted.element);
  }

  /** Shows nothing of any field, and forgets what was released. */
  maskAll(): void {
    this.#settle();
    let changed = false;
    for (const field of this.#fields.values()) {
      changed ||= field.level === CLEAR;
      field.level = null;
      field.display = null;
    }
    for (const { painted } of this.#byElement.values()) painted.mask();
    this.#keeper.takeRecords();
    if (changed) this.#tell(true);
  }

  /** Masks an input that nobody tagged as the policy says of its class. */
  find(element: HTMLElement, className: string): void {
    this.#adopt([element], className);
  }

  /** Words or display forms became available: writes every field again. */
  repaint(): void {
    this.#settle();
    for (const { painted } of this.#byElement.values()) painted.repaint();
    this.#keeper.takeRecords();
  }

  /** Whether the page itself holds values that need display forms. */
  get hasLocal(): boolean {
    return [...this.#fields.values()].some((field) => field.source === "local");
  }

  /** Gives the page back: masked, and otherwise as it was. */
  stop(): void {
    this.#finder.disconnect();
    this.#keeper.disconnect();
    this.#guard.stop();
    this.later?.stop();
    for (const { painted } of this.#byElement.values()) painted.release();
    this.#byElement.clear();
    this.#fields.clear();
    this.#bySealed.clear();
    this.roots.clear();
    this.#listener = null;
  }

  #tell(masked: boolean): void {
    this.later?.tell(masked);
    if (masked) this.#guard.wipeClipboard();
  }

  #adopt(elements: Element[], found?: string): void {
    if (elements.length === 0) return;
    this.#settle();
    const news: Field[] = [];
    for (const element of elements) {
      if (this.#byElement.has(element)) continue;
      const painted = this.#dropped.get(element) ?? this.#wrap(element as HTMLElement, found);
      this.#dropped.delete(element);
      const field = this.#fieldOf(painted, news);
      this.#byElement.set(element, { painted, field });
      field?.elements.add(painted);
      if (field) show(painted, field);
      if (painted.typed) continue;
      this.#keeper.observe(element, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
        attributeFilter: TELLING,
      });
    }
    this.#keeper.takeRecords();
    if (news.length > 0) this.#listener?.declare(news);
  }

  #wrap(element: HTMLElement, found?: string): PaintedElement {
    return new PaintedElement(element, this.#words, (...form) => this.later?.show(...form) ?? null, found);
  }

  /** The field that an element belongs to: one that is there already, or a new one. */
  #fieldOf(painted: PaintedElement, news: Field[]): Field | null {
    const { className, source, sealed } = painted;
    const key = sealed === null ? null : `${className} ${sealed}`;
    const known = key === null ? undefined : this.#bySealed.get(key);
    if (known) return known;
    const id = this.#free.shift();
    if (id === undefined) {
      this.#listener?.overflow();
      return null;
    }
    const field: Field = { id, className, source, sealed, elements: new Set(), level: null, display: null, shut: 0 };
    this.#fields.set(id, field);
    if (key !== null) this.#bySealed.set(key, field);
    news.push(field);
    return field;
  }

  #drop(element: Element): number | null {
    const entry = this.#byElement.get(element);
    if (!entry) return null;
    this.#byElement.delete(element);
    const { painted, field } = entry;
    // An element with a value of the page's own keeps it, masked, in case the page puts the element back.
    if (painted.source === "local") {
      painted.mask();
      this.#dropped.set(element, painted);
    } else {
      painted.release();
    }
    field?.elements.delete(painted);
    if (!field || field.elements.size > 0) return null;
    this.#fields.delete(field.id);
    if (field.sealed !== null) this.#bySealed.delete(`${field.className} ${field.sealed}`);
    this.#free.push(field.id);
    return field.id;
  }

  /** Fields that came, changed what they are, or went. */
  #handlePage(records: MutationRecord[]): void {
    const found = new Set<Element>();
    const changed = new Set<Element>();
    let gone = false;
    for (const record of records) {
      if (record.type === "attributes") changed.add(record.target as Element);
      gone ||= record.removedNodes.length > 0;
      for (const node of record.addedNodes) {
        if (node.nodeType !== 1 /* Node.ELEMENT_NODE */) continue;
        const element = node as Element;
        if (element.matches(SELECTOR)) found.add(element);
        for (const inner of element.querySelectorAll(SELECTOR)) found.add(inner);
      }
    }
    if (changed.size > 0) this.#settle();
    const retired = [...changed].map((element) => this.#drop(element)).filter((id) => id !== null);
    for (const element of changed) if (element.matches(SELECTOR)) found.add(element);
    if (retired.length > 0) this.#listener?.retire(retired);
    this.#adopt([...found].filter((element) => element.isConnected));
    if (gone) this.#sweepLater();
  }

  /** Takes what the page wrote so far, so that what follows is the painter's own. */
  #settle(): void {
    this.#handleFields(this.#keeper.takeRecords());
  }

  #handleFields(records: MutationRecord[]): void {
    const touched = new Set<PaintedElement>();
    for (const { target } of records) {
      const element = target.nodeType === 1 ? (target as Element) : target.parentElement;
      const entry = this.#byElement.get(element?.closest(SELECTOR) as Element);
      if (entry) touched.add(entry.painted);
    }
    for (const painted of touched) painted.refresh();
    if (touched.size > 0) this.#keeper.takeRecords();
  }

  #sweepLater(): void {
    if (this.#sweeping || this.#byElement.size === 0) return;
    this.#sweeping = true;
    this.#native.timeout(() => this.#sweep(), GONE_MS);
  }

  #sweep(): void {
    this.#sweeping = false;
    const gone = [...this.#byElement.keys()].filter((element) => !element.isConnected);
    const retired = gone.map((element) => this.#drop(element)).filter((id) => id !== null);
    if (retired.length > 0) this.#listener?.retire(retired);
  }

  #touched(range: Range | null, target: EventTarget | null): ReturnType<Guarded["touched"]> {
    const hits: ReturnType<Guarded["touched"]> = [];
    for (const [element, { painted }] of this.#byElement) {
      const near = element === target || element.contains(target as Node | null) || range?.intersectsNode(element);
      const veiled = painted.isVeiled && element === target;
      if (near && (veiled || painted.isClear)) hits.push({ element, veiled, shut: painted.shut });
    }
    return hits;
  }

  #hideFrom(door: number): void {
    this.#settle();
    for (const [element, { painted }] of this.#byElement) {
      if (painted.isClear && isShut(element, door, painted.shut)) {
        painted.mask();
        this.#hidden.push(painted);
      }
    }
    this.#keeper.takeRecords();
  }

  #unhide(): void {
    this.#settle();
    for (const { painted, field } of this.#byElement.values()) {
      if (this.#hidden.includes(painted) && field) show(painted, field);
    }
    this.#hidden = [];
    this.#keeper.takeRecords();
  }
}

/** Paints an element as its field was directed, if it was. */
function show(painted: PaintedElement, { level, display, shut }: Field): void {
  painted.shut = shut;
  if (level !== null) painted.paint(level, display);
}
