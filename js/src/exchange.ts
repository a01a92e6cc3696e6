/**
 * Carries things between the session in wasm and the browser: its socket, its POST, its timer, its page.
 *
 * After each input the session's effects are taken one by one until there are none. No decision is made here, save one:
 * where the module stops with a fault, everything is masked and stays so.
 */

import * as core from "./core";
import { Effect, Input } from "./core";
import type { ActionAnswer, Reason, RiskBand, State } from "./events";
import type { Native } from "./native";
import type { Settings } from "./options";

const SUBPROTOCOL = "palet.v1";
const BODY = "application/octet-stream";

const STATES: readonly State[] = ["idle", "connecting", "live", "reconnecting", "fallback", "paused", "ended"];
const BANDS: readonly RiskBand[] = ["calm", "raised", "high", "severe"];
const DECISIONS = ["allow", "step-up", "deny"] as const;

/** What the exchange tells the page. */
export interface ExchangeListener {
  paint(field: number, level: number, display: string | null, shut: number): void;
  maskAll(): void;
  emit(event: string, detail: unknown): void;
  answer(id: number, answer: ActionAnswer): void;
  state(state: State): void;
  /** The module is gone, for good. */
  fault(): void;
}

export class Exchange {
  readonly #native: Native;
  readonly #settings: Settings;
  readonly #listener: ExchangeListener;
  #socket: WebSocket | null = null;
  #pumping = false;
  #broken = false;
  #timer = 0;
  #timerAt = Infinity;

  constructor(native: Native, settings: Settings, listener: ExchangeListener) {
    this.#native = native;
    this.#settings = settings;
    this.#listener = listener;
  }

  /** Tells the session what happened, then does what it asks for. Returns an action's number. */
  tell(input: Input, what?: Uint8Array | string): number | null {
    return this.run((now) => core.happen(input, now, what));
  }

  /** Calls the session, then does what it asks for. */
  run<T>(call: (now: number) => T): T | null {
    return this.#guarded((now) => {
      const answer = call(now);
      this.#pump(core.deadline());
      return answer;
    });
  }

  /** Hands the ring's first numbers over, then does what the session asks for. */
  drain(records: Float64Array, count: number): void {
    this.#guarded((now) => this.#pump(core.drain(records, count, now)));
  }

  /** Leaves no timer and no socket behind. */
  stop(): void {
    this.#native.cancelTimeout(this.#timer);
    this.#timerAt = Infinity;
    this.#drop();
    this.#broken = true;
  }

  /** The page is left: the socket closes, so that the browser may keep the page; a page that returns opens it anew. */
  leave(): void {
    if (!this.#socket) return;
    this.#drop();
    this.tell(Input.Closed);
  }

  /** Resolves when the browser has sent what it was given, or a second has passed. */
  async sent(): Promise<void> {
    for (let turn = 0; turn < 20 && (this.#socket?.bufferedAmount ?? 0) > 0; turn++) {
      await new Promise<void>((resolve) => void this.#native.timeout(resolve, 50));
    }
  }

  /** Calls the module; a module that stops with a fault is not called again. */
  #guarded<T>(call: (now: number) => T): T | null {
    if (this.#broken) return null;
    try {
      return call(this.#native.now());
    } catch {
      this.#fail();
      return null;
    }
  }

  /** Does what the session asks for until it only waits, until `at`. */
  #pump(at: number): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (; Number.isNaN(at); at = core.deadline()) this.#perform(core.poll());
    } finally {
      this.#pumping = false;
    }
    this.#arm(at);
  }

  /** Sets the timer, but only where it would otherwise come too late. */
  #arm(at: number): void {
    if (at >= this.#timerAt) return;
    this.#native.cancelTimeout(this.#timer);
    this.#timerAt = at;
    const wait = Math.max(0, Math.ceil(at - this.#native.now()));
    this.#timer = this.#native.timeout(
      () => {
        this.#timerAt = Infinity;
        this.tell(Input.Timeout);
      },
      Math.min(wait, 0x7fffffff),
    );
  }

  #fail(): void {
    if (this.#broken) return;
    this.stop();
    this.#listener.maskAll();
    this.#listener.fault();
  }

  #perform(code: Effect): void {
    const listener = this.#listener;
    switch (code) {
      case Effect.NeedToken:
        return void this.#askToken();
      case Effect.Connect:
        return this.#connect();
      case Effect.Disconnect:
        return this.#drop();
      case Effect.Send:
        return this.#send(core.bytes());
      case Effect.Post:
        return void this.#post(core.bytes());
      case Effect.Beacon:
        return this.#beacon(core.bytes());
      case Effect.Paint:
        return listener.paint(core.number(0), core.number(1), core.text(0), core.number(2));
      case Effect.MaskAll:
        return listener.maskAll();
      case Effect.Risk:
        return this.#tellRisk();
      case Effect.StepUp:
        return listener.emit("step-up", { reference: core.text(0) ?? "", reason: this.#reasons()[0] });
      case Effect.ActionAnswer:
        return this.#tellAnswer();
      case Effect.State:
        return listener.state(STATES[core.number(0)] ?? "ended");
      case Effect.Inspect:
        return listener.emit("inspect", { seq: core.number(0), bytes: core.bytes() });
      case Effect.Refused:
        return listener.emit("notice", { code: core.text(0) });
      case Effect.Lost:
        return listener.emit("notice", { code: "batches-lost", count: core.number(0) });
    }
  }

  async #askToken(): Promise<void> {
    let token: string | undefined;
    try {
      token = String((await this.#settings.token()) || "") || undefined;
    } catch {
      this.#listener.emit("notice", { code: "no-token" });
    }
    this.tell(token ? Input.Token : Input.NoToken, token);
  }

  #connect(): void {
    this.#drop();
    let socket: WebSocket;
    try {
      socket = new this.#native.WebSocket(this.#settings.endpoint, SUBPROTOCOL);
    } catch {
      // Told as a closed socket, but not from inside of the session's own call.
      this.#native.timeout(() => this.tell(Input.Closed), 0);
      return;
    }
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.tell(Input.Opened);
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.tell(Input.Frame, new Uint8Array(data));
    };
    socket.onclose = () => {
      this.#forget();
      this.tell(Input.Closed);
    };
  }

  #send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.readyState === 1 /* OPEN */) this.#socket.send(bytes);
  }

  /** Closes the socket from this side; nothing that it says afterwards counts. */
  #drop(): void {
    const socket = this.#socket;
    this.#forget();
    socket?.close();
  }

  #forget(): void {
    const socket = this.#socket;
    if (socket) socket.onopen = socket.onmessage = socket.onclose = null;
    this.#socket = null;
  }

  async #post(body: Uint8Array<ArrayBuffer>): Promise<void> {
    let reply: Uint8Array | undefined;
    try {
      const answer = await this.#native.fetch(this.#settings.fallbackUrl, {
        method: "POST",
        body: body,
        headers: { "content-type": BODY },
        credentials: "omit",
        cache: "no-store",
      });
      if (answer.ok) reply = new Uint8Array(await answer.arrayBuffer());
    } catch {
      // No answer: the session hears of it below.
    }
    this.tell(reply ? Input.Reply : Input.NoReply, reply);
  }

  #beacon(body: Uint8Array<ArrayBuffer>): void {
    const { fallbackUrl } = this.#settings;
    const blob = new Blob([body], { type: BODY });
    if (!navigator.sendBeacon?.(fallbackUrl, blob)) {
      this.#native.fetch(fallbackUrl, { method: "POST", body: blob, keepalive: true, credentials: "omit" }).catch(() => {});
    }
  }

  #tellRisk(): void {
    const score = (at: number): number | null => (Number.isNaN(core.number(at)) ? null : core.number(at));
    this.#listener.emit("risk", {
      risk: core.number(0),
      biometricOnly: core.number(1),
      band: BANDS[core.number(2)] ?? "severe",
      keysTrained: core.number(3) === 1,
      pointerTrained: core.number(4) === 1,
      subScores: { keys: score(5), pointer: score(6), automation: score(7), device: score(8) },
      versions: core.text(0) ?? "",
      reasons: this.#reasons(),
    });
  }

  #tellAnswer(): void {
    this.#listener.answer(core.number(0), {
      decision: DECISIONS[core.number(1)] ?? "deny",
      reference: core.text(0) ?? "",
      reasons: this.#reasons(),
    });
  }

  /** Reasons stand in pairs of code and text after the first text. */
  #reasons(): Reason[] {
    const reasons: Reason[] = [];
    for (let at = 1; ; at += 2) {
      const code = core.text(at);
      if (code === null) return reasons;
      reasons.push({ code, text: core.text(at + 1) ?? "" });
    }
  }
}
