/**
 * The part of @palet/sdk's public face that this bank uses. The SDK itself is loaded at run time from the address that
 * the server names, as in any bank's page, and is never bundled.
 */

export type ConsentChoice = "full" | "fraud-only" | "none";
export type SessionState = "idle" | "connecting" | "live" | "reconnecting" | "fallback" | "paused" | "ended" | "no-evidence";

export interface PaletOptions {
  endpoint: string;
  serverKey: string;
  token: () => Promise<string>;
  consent: ConsentChoice;
}

export interface SdkReason {
  code: string;
  text: string;
}

export interface SdkRisk {
  risk: number;
  biometricOnly: number;
  band: string;
  subScores: { keys: number | null; pointer: number | null; automation: number | null; device: number | null };
  keysTrained: boolean;
  pointerTrained: boolean;
  reasons: SdkReason[];
  versions: string;
}

export interface SdkStepUp {
  reference: string;
  reason: SdkReason;
}

export interface SdkActionAnswer {
  decision: "allow" | "step-up" | "deny";
  reasons: SdkReason[];
  reference: string;
}

/** A batch's exact plaintext, before it is sealed. */
export interface SdkInspection {
  seq: number;
  bytes: Uint8Array;
}

/** Something that the bank's operators should know: a stable code, never a value. */
export interface SdkNotice {
  code: string;
}

interface SdkEvents {
  risk: SdkRisk;
  "step-up": SdkStepUp;
  state: SessionState;
  notice: SdkNotice;
}

export interface PaletSession {
  readonly state: SessionState;
  on<K extends keyof SdkEvents>(event: K, handler: (detail: SdkEvents[K]) => void): () => void;
  inspect(handler: (inspection: SdkInspection) => void): () => void;
  setContext(name: string): void;
  action(name: string): Promise<SdkActionAnswer>;
  flush(): Promise<void>;
  pause(): void;
  resume(): void;
  destroy(): void;
}

interface SdkModule {
  Palet: { init(options: PaletOptions): Promise<PaletSession> };
}

/** Loads the SDK from the bank's own origin. Rejects where the file is missing or its hash is wrong. */
export async function loadSdk(src: string): Promise<SdkModule["Palet"]> {
  const module = (await import(/* @vite-ignore */ src)) as SdkModule;
  return module.Palet;
}
