/** The first page: what this demonstration is, what to do in it, what leaves the browser. */

import { signedIn } from "../app/state.ts";
import { Icon, type IconName } from "../ui/icon.tsx";

const STEPS: readonly { icon: IconName; title: string; text: string }[] = [
  {
    icon: "keyboard",
    title: "Let the bank get to know you",
    text: "Open an account and type and move on a guided page for a few minutes, or sign in as one of the customers who are already known.",
  },
  {
    icon: "eye",
    title: "Bank as usual",
    text: "Your IBAN, card, balance and phone number stand there in clear, as long as the hands at the keyboard fit.",
  },
  {
    icon: "lock",
    title: "Hand the keyboard over",
    text: "Let a colleague go on, or play a recorded stranger. Fields turn to partial masks, then vanish, and a transfer asks for proof.",
  },
];

/** What a newcomer reads first. */
export function WelcomePage() {
  return (
    <div class="page page--wide">
      <section class="hero">
        <div>
          <p class="eyebrow">PaLet demonstration</p>
          <h1 tabIndex={-1}>A bank that covers its pages when the hands change</h1>
          <p class="lead">
            This bank shows account data only while typing and pointer movement fit the customer. When they stop fitting,
            the page masks itself, within seconds and without logging anyone out.
          </p>
          <p class="actions">
            {signedIn.value ? (
              <a class="button" href="/accounts">
                Go to your accounts <Icon name="arrow" />
              </a>
            ) : (
              <>
                <a class="button" href="/login">
                  Sign in as a known customer
                </a>
                <a class="button button--plain" href="/open">
                  Open an account
                </a>
              </>
            )}
          </p>
        </div>
        <Specimen />
      </section>
      <section aria-labelledby="steps">
        <h2 id="steps">Three steps</h2>
        <ol class="steps">
          {STEPS.map(({ icon, title, text }) => (
            <li key={title} class="tile">
              <Icon name={icon} />
              <h3>{title}</h3>
              <p>{text}</p>
            </li>
          ))}
        </ol>
      </section>
      <section aria-labelledby="leaves" class="promise">
        <h2 id="leaves">What leaves your browser</h2>
        <ul>
          <li>
            <strong>Counts, not events.</strong> Histograms of timing in blocks of keys, without order; figures of pointer
            strokes, without places or directions.
          </li>
          <li>
            <strong>No characters and no key codes.</strong> A key becomes one of a few coarse classes at once, and two
            texts typed with the same timing and classes leave the same bytes.
          </li>
          <li>
            <strong>From password and code fields only a total.</strong> The number of keys, nothing about them.
          </li>
          <li>
            <strong>You can read every byte.</strong> After you sign in, the tab “What leaves” lists each batch before it is
            sealed.
          </li>
        </ul>
      </section>
    </div>
  );
}

/** A drawing of one field at three levels, as text. */
function Specimen() {
  return (
    <figure class="specimen">
      <figcaption>One field, three levels</figcaption>
      <dl>
        <div>
          <dt>Hands fit</dt>
          <dd class="mono">DE68 2105 0170 0012 3456 78</dd>
        </div>
        <div>
          <dt>Doubt</dt>
          <dd class="mono">DE•• •••• •••• •••• ••56 78</dd>
        </div>
        <div>
          <dt>Someone else</dt>
          <dd class="mono" aria-label="hidden">
            ••••••••
          </dd>
        </div>
      </dl>
    </figure>
  );
}
