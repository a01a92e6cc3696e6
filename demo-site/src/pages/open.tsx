/** A new customer: a name, then the first sign-in, then the guided page. */

import { useState } from "preact/hooks";
import { redirect } from "../app/router.ts";
import { refreshMe, sentenceOf } from "../app/state.ts";
import { bank } from "../bank/client.ts";
import { me } from "../app/state.ts";
import { startPalet, stopPalet } from "../palet/connection.ts";
import { Fault } from "../ui/fault.tsx";

const NAME_CHARACTERS_MAX = 60;

/** Asks for a first name and begins the sign-in. */
export function OpenPage() {
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const name = String(new FormData(form).get("customer-name") ?? "").trim();
    if (name === "") {
      setFault("Enter the name that the bank should call you by.");
      return;
    }
    setBusy(true);
    try {
      const customer = await bank.openAccount(name);
      await beginLogin(customer.id);
      redirect("/login");
    } catch (reason) {
      setFault(sentenceOf(reason));
      setBusy(false);
    }
  };
  return (
    <div class="page page--narrow">
      <h1 tabIndex={-1}>Open an account</h1>
      <p class="lead">
        A first name is enough, and it need not be yours. The bank makes up the rest: an account, a card, an address.
      </p>
      <form class="card stack" onSubmit={submit} noValidate>
        <Fault text={fault} />
        <div class="control">
          <label for="customer-name">First name</label>
          <input
            id="customer-name"
            name="customer-name"
            autocomplete="off"
            maxLength={NAME_CHARACTERS_MAX}
            aria-invalid={fault !== null}
            required
          />
          <p class="hint">Kept in this demonstration’s own storage, on the machine that runs it.</p>
        </div>
        <button class="button" disabled={busy}>
          Open the account
        </button>
      </form>
      <p>
        Or <a href="/login">sign in as a customer who is already known</a>.
      </p>
    </div>
  );
}

/** Tells the bank who is about to sign in, and begins PaLet's session for that customer. */
export async function beginLogin(customer: string): Promise<void> {
  stopPalet();
  await bank.startLogin(customer);
  await refreshMe();
  await startPalet(me.value?.session ?? customer);
}
