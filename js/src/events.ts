/** What the page is told, and the shapes in which it is told. */

import type { Found } from "./later/host";
import type { Level } from "./level";

/** How the session stands. `no-evidence`: the wasm could not run; everything is masked by script alone. */
export type State =
  | "idle"
  | "connecting"
  | "live"
  | "reconnecting"
  | "fallback"
  | "paused"
  | "ended"
  | "no-evidence";

export interface Reason {
  code: string;
  text: string;
}

export type RiskBand = "calm" | "raised" | "high" | "severe";

export interface RiskUpdate {
  risk: number;
  biometricOnly: number;
  band: RiskBand;
  subScores: { keys: number | null; pointer: number | null; automation: number | null; device: number | null };
  keysTrained: boolean;
  pointerTrained: boolean;
  reasons: Reason[];
  versions: string;
}

export interface StepUp {
  reference: string;
  reason: Reason;
}

export type Decision = "allow" | "step-up" | "deny";

export interface ActionAnswer {
  decision: Decision;
  reasons: Reason[];
  reference: string;
}

/** A field's level changed. The value is not told. */
export interface DirectiveEvent {
  field: number;
  class: string;
  level: Level;
  elements: Element[];
}

/** Bytes that are about to leave, before they are sealed; `@palet/sdk/inspect` reads them. */
export interface Inspection {
  seq: number;
  bytes: Uint8Array;
}

/**
 * Something that the page's operator should know, as a stable code, never with a value: a refusal of the server
 * (`bad-token`, …), `no-token`, `batches-lost` with their count, `too-many-fields`,
 * `no-fields` where the finder of untagged inputs could not be loaded, or why there is no session
 * (`no-webassembly`, `blocked-by-csp`, `not-loaded`, `stopped`).
 */
export interface Notice {
  code: string;
  count?: number;
}

export interface Events {
  risk: RiskUpdate;
  directive: DirectiveEvent;
  "step-up": StepUp;
  state: State;
  notice: Notice;
  found: Found;
}

type Handler = (detail: never) => void;

/** Handlers by event. A handler that throws is reported as the page's own fault, and the others still run. */
export class Emitter {
  readonly #handlers = new Map<string, Set<Handler>>();

  on(event: string, handler: Handler): () => void {
    let set = this.#handlers.get(event);
    if (!set) this.#handlers.set(event, (set = new Set()));
    set.add(handler);
    return () => void set.delete(handler);
  }

  has(event: string): boolean {
    return (this.#handlers.get(event)?.size ?? 0) > 0;
  }

  emit(event: string, detail: unknown): void {
    for (const handler of this.#handlers.get(event) ?? []) {
      try {
        handler(detail as never);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  clear(): void {
    this.#handlers.clear();
  }
}
