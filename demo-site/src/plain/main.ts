/** The plain page's own script: puts the bank's sealed values into place. PaLet itself comes by its script tag alone. */

import type { SealedValue } from "../bank/answers.ts";
import { BankFault, bank } from "../bank/client.ts";
import type { PaletSession } from "../palet/sdk.ts";
import "../style/tokens.css";
import "../style/base.css";
import "../style/layout.css";
import "../style/bank.css";
import "../style/fields.css";

/** Marks an element as a sealed field and gives it the masked text. */
function put(id: string, value: SealedValue | undefined): void {
  const place = document.getElementById(id);
  if (!place || !value) return;
  const sealed = document.createElement("span");
  sealed.className = "sealed";
  sealed.dataset["paletField"] = value.class;
  sealed.dataset["paletSealed"] = value.sealed;
  sealed.textContent = value.display;
  place.replaceChildren(sealed);
}

async function fill(): Promise<void> {
  const [profile, accounts] = await Promise.all([bank.profile(), bank.accounts()]);
  put("name", profile.name);
  put("email", profile.email);
  put("phone", profile.phone);
  put("iban", accounts[0]?.iban);
}

/** The SDK's own event says when the session of the script tag runs. */
document.addEventListener("palet:ready", (event) => {
  const session = (event as CustomEvent<PaletSession>).detail;
  const say = (state: string) => {
    const place = document.getElementById("state");
    if (place) place.textContent = state;
  };
  say(session.state);
  session.on("state", say);
});

document.getElementById("note-form")?.addEventListener("submit", (event) => event.preventDefault());
fill().catch((fault: unknown) => {
  const notice = document.getElementById("sign-in");
  if (!notice) return;
  if (!(fault instanceof BankFault) || fault.status !== 401) notice.textContent = "The bank cannot be reached.";
  notice.hidden = false;
});
