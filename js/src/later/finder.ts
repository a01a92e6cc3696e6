/**
 * Finds inputs that ask for something sensitive and that nobody tagged, by what the page says of them: attributes,
 * label, neighbours. Never reads what is in them.
 *
 * Looks once at what is there and then at what comes, some at a time, so that it is never a long task.
 */

import type { Found, Host } from "./host";
import type { FieldsModule, Hints } from "./module";

type Control = HTMLInputElement | HTMLTextAreaElement;

/** What is looked at. Elements that a person tagged, or told to leave alone, are not. */
const CONTROLS = "input:not([type=hidden]),textarea";
const LEFT_ALONE = "[data-palet-field],palet-field,[data-palet-ignore]";
const WATCHED = ["type", "autocomplete", "name", "id", "placeholder", "maxlength", "data-palet-ignore", "data-palet-field"];
/** Changes come in bursts: look when they are over. */
const SETTLE_MS = 150;
/** So many at a time, then the page has its turn. */
const CHUNK = 60;
/** So many fields to each side are neighbours. */
const NEAR = 4;
/** No page needs more. */
const FOUND_MAX = 128;

export class Finder {
  readonly #host: Host;
  readonly #module: FieldsModule;
  readonly #observer: MutationObserver;
  readonly #roots = new Set<Document | ShadowRoot>();
  /** What was said of each control when it was last looked at: the same words need no second look. */
  readonly #seen = new WeakMap<Control, string>();
  #waiting = 0;
  #found = 0;
  #stopped = false;

  constructor(host: Host, module: FieldsModule) {
    this.#host = host;
    this.#module = module;
    this.#observer = new host.native.MutationObserver(() => this.#later(SETTLE_MS));
  }

  start(): void {
    for (const root of this.#host.painter.roots) this.watch(root);
  }

  watch(root: Document | ShadowRoot): void {
    if (this.#roots.has(root)) return;
    this.#roots.add(root);
    this.#observer.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: WATCHED });
    this.#later(0);
  }

  stop(): void {
    this.#stopped = true;
    this.#observer.disconnect();
    this.#host.native.cancelTimeout(this.#waiting);
  }

  #later(ms: number): void {
    if (this.#waiting || this.#stopped) return;
    this.#waiting = this.#host.native.timeout(() => {
      this.#waiting = 0;
      this.#look();
    }, ms);
  }

  #look(): void {
    let looked = 0;
    for (const root of this.#roots) {
      const all = [...root.querySelectorAll<Control>(CONTROLS)];
      for (const [at, control] of all.entries()) {
        if (looked >= CHUNK) return this.#later(SETTLE_MS);
        if (this.#found < FOUND_MAX && !control.closest(LEFT_ALONE) && this.#lookAt(control, at, all)) looked++;
      }
    }
  }

  #tell(what: Found): void {
    const { detect, painter, listeners, emitter } = this.#host;
    if (what.secret) listeners.keepSecret(what.element);
    if (detect !== "report") painter.find(what.element, what.class);
    emitter.emit("found", what);
  }

  /** Whether the control had to be looked at. */
  #lookAt(control: Control, at: number, all: Control[]): boolean {
    const parts = partsOf(control);
    const key = parts.join("\n");
    if (this.#seen.get(control) === key) return false;
    this.#seen.set(control, key);
    const neighbours = neighboursOf(control, at, all);
    const guess = this.#module.guess({ parts, maxLength: control.maxLength, neighbours });
    if (guess) {
      this.#found++;
      this.#tell({ element: control, ...guess });
    }
    return true;
  }
}

function partsOf(control: Control): Hints["parts"] {
  const of = (name: string): string => control.getAttribute(name) ?? "";
  const kind = control.localName === "textarea" ? "textarea" : of("type");
  return [kind, of("autocomplete"), control.name, control.id, labelOf(control), of("placeholder"), of("inputmode"), of("pattern")];
}

/** The words that a person reads beside the field. */
function labelOf(control: Control): string {
  const own = [...(control.labels ?? [])].map((label) => label.textContent ?? "").join(" ");
  const said = own.trim() || (control.getAttribute("aria-label") ?? "");
  if (said) return said;
  const root = control.getRootNode() as Document | ShadowRoot;
  const ids = (control.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean);
  const told = ids.map((id) => root.getElementById(id)?.textContent ?? "").join(" ").trim();
  return told || besideOf(control);
}

/** Forms laid out as tables, or without labels: the cell or the words just before. */
function besideOf(control: Control): string {
  const before = control.previousElementSibling ?? control.closest("td,dd")?.previousElementSibling;
  return before && !before.querySelector(CONTROLS) && !before.matches(CONTROLS) ? (before.textContent ?? "").trim() : "";
}

/** Names, identifiers and labels of the fields near it in the same form, and the heading of their group. */
function neighboursOf(control: Control, at: number, all: Control[]): string[] {
  const near = all.slice(Math.max(0, at - NEAR), at + NEAR + 1);
  const others = near.filter((other) => other !== control && other.form === control.form);
  const legend = control.closest("fieldset")?.querySelector("legend")?.textContent ?? "";
  const texts = others.flatMap((other) => [labelOf(other), other.name, other.id, other.getAttribute("autocomplete") ?? ""]);
  return [legend, ...texts].map((text) => text.trim()).filter(Boolean);
}
