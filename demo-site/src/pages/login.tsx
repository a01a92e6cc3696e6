/** Signing in: first who, then the phrase, whose rhythm is compared with that customer's, and a password. */

import { useState } from "preact/hooks";
import { navigate, redirect } from "../app/router.ts";
import { config, me, refreshMe, sentenceOf, signedIn } from "../app/state.ts";
import type { Customer } from "../bank/answers.ts";
import { BankFault, bank } from "../bank/client.ts";
import { palet, startPalet, stopPalet } from "../palet/connection.ts";
import { Fault } from "../ui/fault.tsx";
import { useLoaded } from "../ui/use-loaded.ts";
import { beginLogin } from "./open.tsx";

/** The step that is due. */
export function LoginPage() {
  if (signedIn.value) {
    return (
      <div class="page page--narrow">
        <h1 tabIndex={-1}>You are signed in</h1>
        <p>
          You are signed in as {me.value?.name}. <a href="/accounts">Go to your accounts</a>.
        </p>
      </div>
    );
  }
  return me.value === null ? <ChooseCustomer /> : <ProvePhrase />;
}

function ChooseCustomer() {
  const customers = useLoaded(bank.customers);
  const [fault, setFault] = useState<string | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const chosen = new FormData(event.currentTarget as HTMLFormElement).get("customer");
    if (typeof chosen !== "string") {
      setFault("Choose a customer first.");
      return;
    }
    await beginLogin(chosen).catch((reason: unknown) => setFault(sentenceOf(reason)));
  };
  return (
    <div class="page page--narrow">
      <h1 tabIndex={-1}>Sign in</h1>
      <p class="lead">Choose who you are. In a real bank this would be your customer number.</p>
      <form class="card stack" onSubmit={submit}>
        <Fault text={fault ?? customers.fault} />
        <fieldset class="people">
          <legend class="label">Customers</legend>
          {customers.value === null ? <p class="muted">Asking the bank …</p> : null}
          {customers.value?.map((customer, index) => (
            <CustomerChoice key={customer.id} customer={customer} first={index === 0} />
          ))}
        </fieldset>
        <button class="button">Continue</button>
      </form>
      <p>
        New here? <a href="/open">Open an account of your own</a>.
      </p>
    </div>
  );
}

function CustomerChoice({ customer, first }: { customer: Customer; first: boolean }) {
  return (
    <label class="person">
      <input type="radio" name="customer" value={customer.id} defaultChecked={first} />
      <span>
        <span class="person__name">{customer.name}</span>
        <span class="person__about">{customer.about}</span>
      </span>
      <span class={customer.enrolled ? "chip chip--calm" : "chip"}>{customer.enrolled ? "Known" : "New"}</span>
    </label>
  );
}

function ProvePhrase() {
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const phrase = config.value?.passphrase ?? "";
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget as HTMLFormElement).get("passphrase");
    setBusy(true);
    try {
      await palet()?.flush();
      me.value = await bank.login(String(typed ?? ""));
      await startPalet(me.value.session ?? me.value.id);
      await goOn();
    } catch (reason) {
      if (reason instanceof BankFault && reason.code === "login-not-started") await startOver();
      setFault(sentenceOf(reason));
      setBusy(false);
    }
  };
  return (
    <div class="page page--narrow">
      <h1 tabIndex={-1}>Hello {me.value?.name}</h1>
      <p class="lead">Type the phrase and any password. How you type the phrase is compared with how {me.value?.name} does.</p>
      <form class="card stack" onSubmit={submit}>
        <Fault text={fault} />
        <div class="control">
          <label for="passphrase">Sign-in phrase</label>
          <p class="phrase" id="phrase">
            {phrase}
          </p>
          <input
            id="passphrase"
            name="passphrase"
            data-palet-field="login"
            data-palet-fixed-text
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            aria-describedby="phrase phrase-hint"
            required
          />
          <p class="hint" id="phrase-hint">
            Everybody types the same phrase, so it is no secret: the rhythm is what counts.
          </p>
        </div>
        <div class="control">
          <label for="password">Password</label>
          <input id="password" type="password" autocomplete="current-password" data-palet-field="password" aria-describedby="password-hint" />
          <p class="hint" id="password-hint">
            Any text will do and stays in this page. From here PaLet counts keys and nothing else.
          </p>
        </div>
        <div class="actions">
          <button class="button" disabled={busy}>
            Sign in
          </button>
          <button type="button" class="button button--plain" onClick={startOver}>
            I am someone else
          </button>
        </div>
      </form>
    </div>
  );
}

/** To the accounts, or to the guided page where the bank does not know the customer yet. */
async function goOn(): Promise<void> {
  const enrolment = await bank.enrolment().catch(() => null);
  redirect(enrolment?.state === "none" ? "/enrol" : "/accounts");
}

async function startOver(): Promise<void> {
  await bank.logout().catch(() => undefined);
  stopPalet();
  await refreshMe().catch(() => {
    me.value = null;
  });
  navigate("/login");
}
