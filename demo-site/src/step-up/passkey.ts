/** The browser's side of passkeys: whether they can be used in this page, and the two questions that a bank asks. */

import { me } from "../app/state.ts";

/** Why passkeys cannot be used here. */
export type Obstacle = "browser" | "address";

/** What stands in the way of passkeys in this page; `null` where nothing does. */
export function obstacle(): Obstacle | null {
  if (!isSupported()) return "browser";
  return me.value?.passkeys.here === true ? null : "address";
}

/** Whether the customer has a passkey and this page can ask for it. */
export function canProve(): boolean {
  return obstacle() === null && (me.value?.passkeys.count ?? 0) > 0;
}

function isSupported(): boolean {
  return (
    isSecureContext &&
    typeof PublicKeyCredential === "function" &&
    typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function" &&
    typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function"
  );
}

/** Lets the browser make a passkey. Rejects where the person or the browser does not. */
export async function makePasskey(options: PublicKeyCredentialCreationOptionsJSON): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return asJson(await navigator.credentials.create({ publicKey }));
}

/** Lets a passkey sign the bank's challenge. Rejects where the person or the browser does not. */
export async function answerChallenge(options: PublicKeyCredentialRequestOptionsJSON): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return asJson(await navigator.credentials.get({ publicKey }));
}

function asJson(credential: Credential | null): unknown {
  if (!(credential instanceof PublicKeyCredential)) throw new DOMException("no credential", "NotAllowedError");
  return credential.toJSON();
}

/** What a browser's refusal means, in words; `null` for a fault that is not the browser's. */
export function browserRefusal(reason: unknown): string | null {
  if (!(reason instanceof DOMException)) return null;
  switch (reason.name) {
    case "NotAllowedError":
      return "The browser gave no passkey’s answer: it was cancelled, took too long, or no device was at hand.";
    case "InvalidStateError":
      return "This device already holds a passkey for this customer.";
    case "SecurityError":
      return "The browser allows no passkey at this address.";
    default:
      return "The browser could not use a passkey.";
  }
}
