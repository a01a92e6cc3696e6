/** Cards: drawn as cards, the number masked until PaLet says otherwise; the verification value is never sent. */

import type { Card } from "../bank/answers.ts";
import { bank } from "../bank/client.ts";
import { MaskedField } from "../fields/masked-field.tsx";
import { Fault } from "../ui/fault.tsx";
import { useLoaded } from "../ui/use-loaded.ts";

/** All cards of the customer. */
export function CardsPage() {
  const cards = useLoaded(bank.cards);
  return (
    <div class="page">
      <h1 tabIndex={-1}>Cards</h1>
      <Fault text={cards.fault} />
      <div class="cards">
        {cards.value?.map((card) => (
          <CardFace key={card.id} card={card} />
        ))}
      </div>
      <section class="card stack" aria-labelledby="cvv">
        <h2 id="cvv">Where is the verification value?</h2>
        <p>
          Only on the card itself. A bank may not keep it after a payment is authorised, so this one never sends it to a page,
          at any level of risk: there is nothing here that could be unmasked.
        </p>
      </section>
    </div>
  );
}

function CardFace({ card }: { card: Card }) {
  return (
    <article class={`payment-card payment-card--${card.brand.toLowerCase()}`} aria-label={`${card.brand} card`}>
      <header>
        <span>Specimen Bank</span>
        <span>{card.brand}</span>
      </header>
      <dl class="fields">
        <MaskedField label="Card number" value={card.pan} class="mono payment-card__pan" />
        <MaskedField label="Holder" value={card.holder} />
        <div class="field">
          <dt>Valid to</dt>
          <dd class="mono">{card.expires}</dd>
        </div>
        {card.cvv_on_card ? (
          <div class="field">
            <dt>CVV</dt>
            <dd>
              <span aria-hidden="true">•••</span>
              <span class="sr-only">on the card only</span>
            </dd>
          </div>
        ) : null}
      </dl>
    </article>
  );
}
