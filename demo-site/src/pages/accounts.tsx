/** Accounts: numbers and balances, and the latest transactions of the chosen one. */

import { useState } from "preact/hooks";
import { me } from "../app/state.ts";
import type { Account, Transaction } from "../bank/answers.ts";
import { bank } from "../bank/client.ts";
import { MaskedField, SealedText } from "../fields/masked-field.tsx";
import { formatDay } from "../format/date.ts";
import { PasskeyOffer } from "../step-up/passkey-card.tsx";
import { Fault } from "../ui/fault.tsx";
import { useLoaded } from "../ui/use-loaded.ts";
import { MessageBox } from "./message-box.tsx";

/** The overview. */
export function AccountsPage() {
  const accounts = useLoaded(bank.accounts);
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = chosen ?? accounts.value?.[0]?.id ?? null;
  return (
    <div class="page">
      <h1 tabIndex={-1}>Good day, {me.value?.name}</h1>
      <PasskeyOffer />
      <Fault text={accounts.fault} />
      <section aria-label="Your accounts" class="accounts">
        {accounts.value?.map((account) => (
          <AccountCard key={account.id} account={account} shown={account.id === shown} onShow={() => setChosen(account.id)} />
        ))}
      </section>
      <MessageBox />
      {shown === null ? null : <Transactions key={shown} account={shown} />}
    </div>
  );
}

function AccountCard({ account, shown, onShow }: { account: Account; shown: boolean; onShow: () => void }) {
  return (
    <article class={shown ? "card account account--shown" : "card account"}>
      <header class="account__head">
        <h2>{account.kind}</h2>
        <button type="button" class="button button--plain button--small" aria-pressed={shown} onClick={onShow}>
          Transactions
        </button>
      </header>
      <dl class="fields">
        <MaskedField label="Balance" value={account.balance} class="balance" />
        <MaskedField label="IBAN" value={account.iban} class="mono" />
        <MaskedField label="BIC" value={account.bic} class="mono" />
      </dl>
    </article>
  );
}

function Transactions({ account }: { account: string }) {
  const answer = useLoaded(() => bank.account(account));
  return (
    <section class="card" aria-labelledby="transactions">
      <h2 id="transactions">Latest transactions</h2>
      <Fault text={answer.fault} />
      {answer.value?.transactions.length === 0 ? <p class="muted">Nothing has been booked yet.</p> : null}
      <ul class="transactions">
        {answer.value?.transactions.map((transaction) => (
          <TransactionRow key={transaction.id} transaction={transaction} />
        ))}
      </ul>
    </section>
  );
}

function TransactionRow({ transaction }: { transaction: Transaction }) {
  return (
    <li class="transaction">
      <span class="transaction__who">
        <SealedText value={transaction.counterparty} />
      </span>
      <span class="transaction__what">
        <SealedText value={transaction.description} />
      </span>
      <time class="transaction__when" dateTime={transaction.booked_on}>
        {formatDay(transaction.booked_on)}
      </time>
      <span class={transaction.sign === "+" ? "transaction__amount transaction__amount--in" : "transaction__amount"}>
        <span class="sr-only">{transaction.sign === "+" ? "received" : "paid"} </span>
        <span aria-hidden="true">{transaction.sign === "+" ? "+" : "−"}</span>
        <SealedText value={transaction.amount} class="mono" />
      </span>
    </li>
  );
}
