/** The sign-in phrase, a few more times. Each entry ends with Enter; one with a mistake is not learnt and may be dropped. */

import { useRef, useState } from "preact/hooks";
import { config } from "../app/state.ts";
import { normalisePhrase } from "./phrase.ts";

const LAST_RELEASE_MS = 250;

/** The field, its count and what became of the last entry. */
export function PhraseTask({ onEntry }: { onEntry: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [said, setSaid] = useState("");
  const phrase = config.value?.passphrase ?? "";
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const field = input.current;
    if (!field) return;
    const right = normalisePhrase(field.value) === normalisePhrase(phrase);
    setSaid(right ? "Good. Once more?" : "That was not the phrase. Start again: an entry with a mistake is not learnt.");
    if (right) onEntry();
    field.value = "";
    // Leaving the field ends the entry, so that the next one is an entry of its own; a little later, as the last letter is
    // often still held while Enter goes down.
    setTimeout(() => {
      field.blur();
      field.focus();
    }, LAST_RELEASE_MS);
  };
  return (
    <section class="card stack" aria-labelledby="phrase-task">
      <h2 id="phrase-task">1. Your sign-in phrase</h2>
      <p>Type it a few times, each time in one go and ended with Enter.</p>
      <p class="phrase" id="enrol-phrase">
        {phrase}
      </p>
      <form class="inline-form" onSubmit={submit}>
        <div class="control">
          <label for="enrol-phrase-input">The phrase</label>
          <input
            ref={input}
            id="enrol-phrase-input"
            data-palet-field="login"
            data-palet-fixed-text
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            aria-describedby="enrol-phrase"
          />
        </div>
        <button class="button button--plain">Next entry</button>
      </form>
      <p role="status" class="muted">
        {said}
      </p>
    </section>
  );
}
