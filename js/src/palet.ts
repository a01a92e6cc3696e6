/** One page's PaLet: wires listeners, session and painter, and is what the page's author holds. */

import * as core from "./core";
import { type Fault, Input } from "./core";
import { PaletError } from "./error";
import { type ActionAnswer, Emitter, type Events, type Inspection, type State } from "./events";
import { Exchange } from "./exchange";
import { LEVELS, type Level } from "./level";
import { Listeners } from "./listen";
import { Ring, Signal, signalCode } from "./listen/record";
import { type Native, findNative } from "./native";
import { type InitOptions, type Settings, consentCode, parseOptions } from "./options";
import { PageLife } from "./page";
import { defineElement, forgetElement } from "./paint/custom-element";
import { type Declaration, Painter } from "./paint/painter";
import { type Words, wordsOf } from "./paint/words";

/** The ring is drained so long after its first record: some frames at once, and far from full. */
const DRAIN_MS = 100;
const SOURCES = { sealed: 0, local: 1, input: 2, found: 3 } as const;

declare const __PALET_LATER_NAME__: string;

const unanswered = (why: string): ActionAnswer => ({
  decision: "step-up",
  reasons: [{ code: `palet.${why}`, text: "No answer came: proof of identity is needed." }],
  reference: "",
});

/** Where the wasm file is by default, and its hash: known to the build alone. */
export interface Assets {
  wasmUrl: () => string | URL;
  integrity: string;
}

export class PaletSession {
  readonly #native: Native;
  readonly #settings: Settings;
  readonly #emitter = new Emitter();
  readonly #painter: Painter;
  readonly #words: Words;
  readonly #ring: Ring;
  readonly #listeners: Listeners;
  readonly #life: PageLife;
  readonly #actions = new Map<number, (answer: ActionAnswer) => void>();
  readonly #fieldClasses = new Map<number, string>();
  #exchange: Exchange | null = null;
  #told: State = "idle";
  #context: string | null = null;
  #capturing = false;
  #destroyed = false;

  /** @internal Use {@link Palet.init}. */
  constructor(options: InitOptions) {
    this.#settings = parseOptions(options);
    this.#native = findNative(window);
    this.#words = wordsOf(options.words);
    this.#painter = new Painter(this.#native, this.#words);
    this.#ring = new Ring(() => void this.#native.timeout(this.#drainLater, DRAIN_MS));
    this.#listeners = new Listeners(this.#native, this.#ring);
    this.#life = new PageLife(this.#native, {
      hidden: () => this.#handleHidden(),
      shown: () => this.#handleShown(),
      left: () => this.#handleLeft(),
    });
  }

  /** How the session stands. */
  get state(): State {
    return this.#told;
  }

  /** Calls `handler` at each event; returns a function that ends it. */
  on<K extends keyof Events>(event: K, handler: (detail: Events[K]) => void): () => void {
    return this.#emitter.on(event, handler);
  }

  /** Calls `handler` with what is about to leave the page, before it is sealed; returns a function that ends it. */
  inspect(handler: (inspection: Inspection) => void): () => void {
    const end = this.#emitter.on("inspect", handler);
    this.#exchange?.tell(Input.Inspect);
    return () => {
      end();
      if (!this.#emitter.has("inspect")) this.#exchange?.tell(Input.InspectNoMore);
    };
  }

  /** Names the part of the bank's application that is shown, as the policy knows it. */
  setContext(name: string): void {
    this.#context = String(name);
    this.#exchange?.tell(Input.Context, this.#context);
  }

  /**
   * Asks what the policy says to an action. Where no answer can be had the decision is `step-up`; the bank's backend asks
   * for the decision by its reference and never takes the page's word for it.
   */
  action(name: string): Promise<ActionAnswer> {
    this.#drain();
    const exchange = this.#exchange;
    if (!exchange) return Promise.resolve(unanswered("no-evidence"));
    return new Promise((resolve) => {
      let timer = 0;
      const settle = (answer: ActionAnswer): void => {
        this.#native.cancelTimeout(timer);
        resolve(answer);
      };
      const late = unanswered("no-answer");
      const id = exchange.run((now) => {
        const number = core.happen(Input.Action, now, String(name));
        this.#actions.set(number, settle);
        return number;
      });
      if (id === null) return settle(late);
      timer = this.#native.timeout(() => {
        if (this.#actions.delete(id)) settle(late);
      }, this.#settings.actionTimeoutMs);
    });
  }

  /** Seals and sends everything captured so far; resolves when the browser has sent it. */
  async flush(): Promise<void> {
    this.#drain();
    this.#exchange?.tell(Input.Flush);
    await this.#exchange?.sent();
  }

  /** Stops capturing. Masks stay as they are told. */
  pause(): void {
    this.#drain();
    this.#listeners.pause();
    this.#capturing = false;
    this.#exchange?.tell(Input.Pause);
  }

  /** Captures again. */
  resume(): void {
    if (this.#destroyed) return;
    this.#exchange?.tell(Input.Resume);
    this.#capture();
  }

  /** Masks and watches the fields inside of a shadow root, which cannot be found from outside. */
  watch(root: Document | ShadowRoot): void {
    if (this.#destroyed) return;
    this.#painter.watch(root);
    this.#painter.later?.watch(root);
  }

  /** Ends everything: fields masked, listeners gone, attributes as they were. */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#drain();
    this.#exchange?.tell(Input.Destroy);
    this.#exchange?.stop();
    this.#exchange = null;
    this.#listeners.stop();
    this.#ring.wipe();
    this.#life.stop();
    forgetElement();
    this.#painter.stop();
    this.#giveUp("ended");
    this.#tell("ended");
    this.#emitter.clear();
    if (currentSession() === this) place()[PLACE] = null;
  }

  /** @internal Masks the page at once, then loads the session. */
  async start(assets: Assets): Promise<void> {
    this.#painter.start();
    defineElement((root) => this.watch(root));
    this.#life.start();
    this.#capture();
    const { wasmUrl = assets.wasmUrl(), integrity = assets.integrity } = this.#settings;
    const fault = await core.loadCore(this.#native, wasmUrl, integrity);
    if (this.#destroyed) return;
    if (fault ?? this.#begin()) this.#withoutEvidence(fault ?? "stopped");
    else this.#attach();
    // After this turn: whoever waited for the start has put their handlers up by then.
    void this.#loadLater(new URL(wasmUrl, document.baseURI));
  }

  /** Loads what the page can do without: the voice, forms of local values, the finder of untagged inputs. */
  async #loadLater(beside: URL): Promise<void> {
    const [native, words, painter, listeners, emitter] = [this.#native, this.#words, this.#painter, this.#listeners, this.#emitter];
    const { detect, words: ownWords = {} } = this.#settings;
    try {
      const url = new URL(__PALET_LATER_NAME__, beside);
      const { start }: typeof import("./later") = await import(/* webpackIgnore: true */ /* @vite-ignore */ url.href);
      if (!this.#destroyed) painter.later = start({ native, url, words, ownWords, painter, listeners, emitter, detect });
    } catch {
      emitter.emit("notice", { code: "no-fields" });
    }
  }

  #attach(): void {
    const exchange = new Exchange(this.#native, this.#settings, {
      paint: (...directive) => this.#paint(...directive),
      maskAll: () => this.#painter.maskAll(),
      emit: (event, detail) => this.#emitter.emit(event, detail),
      answer: (id, answer) => this.#answer(id, answer),
      state: (state) => this.#tell(state),
      fault: () => this.#withoutEvidence("stopped"),
    });
    this.#exchange = exchange;
    if (this.#emitter.has("inspect")) exchange.tell(Input.Inspect);
    if (this.#context !== null) exchange.tell(Input.Context, this.#context);
    this.#painter.connect({
      declare: (fields) => this.#declare(fields),
      retire: (ids) => this.#retire(ids),
      overflow: () => this.#emitter.emit("notice", { code: "too-many-fields" }),
    });
    this.#drain();
  }

  /** Begins the session. Returns the fault, if any: a module that has trapped begins no other. */
  #begin(): Fault | null {
    const { serverKey, consent, strict } = this.#settings;
    const coarse = matchMedia("(pointer: coarse)").matches;
    try {
      const begun = core.begin(serverKey, consentCode(consent), coarse, strict, this.#native.now());
      return begun ? null : "stopped";
    } catch {
      return "stopped";
    }
  }

  /** No session here, now or later: the page stays masked, and nobody is suspected for it. */
  #withoutEvidence(code: Fault): void {
    this.#exchange = null;
    this.#listeners.stop();
    this.#capturing = false;
    this.#ring.wipe();
    this.#giveUp("no-evidence");
    this.#emitter.emit("notice", { code });
    this.#tell("no-evidence");
  }

  /** Answers every action that still waits. */
  #giveUp(why: string): void {
    for (const settle of this.#actions.values()) settle(unanswered(why));
    this.#actions.clear();
  }

  #capture(): void {
    if (this.#settings.consent === "none" || this.#told === "no-evidence") return;
    this.#capturing = true;
    this.#listeners.start();
  }

  #declare(fields: Declaration[]): void {
    for (const { id, className } of fields) this.#fieldClasses.set(id, className);
    this.#exchange?.run((now) => {
      for (const { id, className, source, sealed } of fields) core.declare(id, className, SOURCES[source], sealed ?? "");
      core.happen(Input.Announce, now);
    });
    this.#painter.later?.changed();
  }

  #retire(ids: number[]): void {
    this.#exchange?.run((now) => {
      ids.forEach(core.retire);
      core.happen(Input.Announce, now);
    });
  }

  #paint(field: number, level: number, display: string | null, shut: number): void {
    const elements = this.#painter.paint(field, level, display, shut);
    const name: Level = LEVELS[level] ?? "redact";
    this.#emitter.emit("directive", { field, class: this.#fieldClasses.get(field) ?? "", level: name, elements });
  }

  #answer(id: number, answer: ActionAnswer): void {
    const settle = this.#actions.get(id);
    this.#actions.delete(id);
    settle?.(answer);
  }

  readonly #drainLater = (): void => this.#drain();

  #drain(): void {
    const exchange = this.#exchange;
    if (!exchange || this.#ring.head === 0) return;
    const { records } = this.#ring;
    exchange.drain(records, this.#ring.take());
  }

  #handleHidden(): void {
    this.#listeners.releaseKeys();
    this.#mark(Signal.Hidden);
    this.#drain();
    this.#exchange?.tell(Input.Hidden);
  }

  #handleShown(): void {
    this.#mark(Signal.Shown);
    this.#exchange?.tell(Input.Shown);
  }

  #handleLeft(): void {
    this.#drain();
    this.#exchange?.tell(Input.Hidden);
    this.#painter.maskAll();
    this.#exchange?.leave();
  }

  #mark(signal: Signal): void {
    if (this.#capturing) this.#ring.push(this.#native.now(), signalCode(signal), 0, 0);
  }

  #tell(state: State): void {
    if (state === this.#told) return;
    this.#told = state;
    this.#emitter.emit("state", state);
  }
}

/**
 * Where the page's session is kept: one for all copies of the SDK, since a script tag and an import under another name
 * are two copies.
 */
const PLACE = Symbol.for("palet.session");
const place = (): { [PLACE]?: PaletSession | null } => globalThis as never;

/** The session that runs on this page, if any. */
export const currentSession = (): PaletSession | null => place()[PLACE] ?? null;

/** Starts PaLet on this page. One at a time. */
export async function startPalet(options: InitOptions, assets: Assets): Promise<PaletSession> {
  if (typeof document === "undefined") {
    throw new PaletError("no-page", "expected a page: call init in the browser");
  }
  if (currentSession()) {
    throw new PaletError("already-started", "expected no running session: destroy() it first");
  }
  const session = new PaletSession(options);
  place()[PLACE] = session;
  await session.start(assets);
  return session;
}
