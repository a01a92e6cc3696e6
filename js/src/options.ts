/** What the page's author chose, checked before anything starts. */

import { PaletError } from "./error";
import type { Words } from "./paint/words";

export type Consent = "full" | "fraud-only" | "none";

export interface InitOptions {
  /** The capture socket: `wss://…`, or a path on the page's own origin. */
  endpoint: string;
  /** The server's static public key: 32 bytes in base64url. */
  serverKey: string;
  /** Answers with a fresh session token, which the bank's backend got for this page. */
  token: () => Promise<string>;
  /** What the subject agreed to. With `fraud-only` no biometric reference is built; with `none` nothing is captured. */
  consent?: Consent;
  /** Coarser key classes: letter, space, other at most. */
  strict?: boolean;
  /** Where the sealed POST goes when sockets fail. Default: `/api/v1/biometrics/capture` beside the endpoint. */
  fallbackUrl?: string;
  /** Where the wasm file is, where it is not beside the script. */
  wasmUrl?: string | URL;
  /** Its subresource integrity. Default: the one that was built in; `""` for a file that a bundler rewrote. */
  integrity?: string;
  /** How long an action waits for the policy's answer before it must be treated as a step-up. */
  actionTimeoutMs?: number;
  /** Words for screen readers, in the page's language. Default: English, German or French by `<html lang>`. */
  words?: Partial<Words>;
  /**
   * Sensitive inputs that nobody tagged: `mask` (default) masks them as the policy says of their class, `report` only
   * tells the page of them, `off` does not look for them. Any other word masks.
   */
  detect?: Detect;
}

export type Detect = "mask" | "report" | "off";

export interface Settings extends Omit<InitOptions, "serverKey"> {
  serverKey: Uint8Array;
  endpoint: string;
  fallbackUrl: string;
  consent: Consent;
  strict: boolean;
  actionTimeoutMs: number;
  detect: Detect;
}

const CONSENTS: readonly string[] = ["none", "fraud-only", "full"];
const ACTION_TIMEOUT_MS = 8000;

/** The consent's number on the wire. */
export const consentCode = (consent: Consent): number => CONSENTS.indexOf(consent);

/** Checks the options. Throws a {@link PaletError} that says what was expected. */
export function parseOptions(options: InitOptions): Settings {
  const { serverKey, token, consent = "full", actionTimeoutMs = ACTION_TIMEOUT_MS, detect = "mask" } = options;
  const socket = parseEndpoint(options.endpoint);
  if (typeof token !== "function") {
    throw new PaletError("no-token-provider", "expected token to be a function");
  }
  if (!CONSENTS.includes(consent)) {
    throw new PaletError("bad-consent", `expected consent to be full, fraud-only or none, got ${String(consent)}`);
  }
  if (!(actionTimeoutMs > 0)) {
    throw new PaletError("bad-option", "expected actionTimeoutMs above 0");
  }
  return {
    ...options,
    serverKey: parseKey(serverKey),
    endpoint: socket.href,
    fallbackUrl: new URL(options.fallbackUrl ?? besideEndpoint(socket), document.baseURI).href,
    consent,
    strict: options.strict ?? false,
    actionTimeoutMs,
    detect,
  };
}

/** 32 bytes from their 43 characters of base64url; the last one carries four bits alone. */
function parseKey(key: string): Uint8Array {
  if (!/^[\w-]{42}[AEIMQUYcgkosw048]=?$/.test(key)) {
    throw new PaletError("bad-server-key", "expected serverKey to be 32 bytes in base64url");
  }
  const bytes = atob(key.slice(0, 43).replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
}

function parseEndpoint(endpoint: string): URL {
  try {
    const url = new URL(endpoint, document.baseURI);
    url.protocol = url.protocol.replace(/^http/, "ws");
    if (endpoint && /^wss?:$/.test(url.protocol)) return url;
  } catch {
    // Told below, like any other address that is none.
  }
  throw new PaletError("bad-endpoint", `expected endpoint to be a wss: address or a path, got ${String(endpoint)}`);
}

function besideEndpoint(socket: URL): string {
  const url = new URL(socket);
  url.protocol = url.protocol.replace(/^ws/, "http");
  const prefix = url.pathname.replace(/\/ws\/v1\/capture\/?$/, "");
  url.pathname = `${prefix === url.pathname ? "" : prefix}/api/v1/biometrics/capture`;
  url.search = "";
  return url.href;
}

/** The options in a script tag's `data-` attributes; `null` where the tag does not ask for a start. */
export function readScript(script: HTMLElement | null): InitOptions | null {
  const { tokenUrl = "", strict, actionTimeoutMs, ...data } = script?.dataset ?? {};
  if (!data.endpoint) return null;
  // An empty attribute says nothing, but for `data-strict`.
  const said = Object.entries(data).filter(([, value]) => value);
  const options = { serverKey: "", ...Object.fromEntries(said), token: tokenFrom(tokenUrl) } as unknown as InitOptions;
  if (strict !== undefined) options.strict = strict !== "false";
  if (actionTimeoutMs) options.actionTimeoutMs = Number(actionTimeoutMs);
  return options;
}

/** Asks the bank's backend, with the subject's own cookies: `{"token":"…"}` as JSON, or the token as plain text. */
export function tokenFrom(url: string): () => Promise<string> {
  return async () => {
    const answer = await fetch(url, { credentials: "same-origin", cache: "no-store" });
    if (!url || !answer.ok) throw new Error(); // The session tells of it as `no-token`.
    const text = (await answer.text()).trim();
    return text.startsWith("{") ? String((JSON.parse(text) as { token?: unknown }).token ?? "") : text;
  };
}
