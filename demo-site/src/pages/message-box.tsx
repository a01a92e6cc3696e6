/** A place to type on the page with the account data: where a colleague takes over. Nothing of it is sent. */

import { useState } from "preact/hooks";

/** The draft of a message to the bank. */
export function MessageBox() {
  const [said, setSaid] = useState("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    (event.currentTarget as HTMLFormElement).reset();
    setSaid("Thrown away: this bank reads no messages, only rhythms.");
  };
  return (
    <form class="card stack" onSubmit={submit} aria-labelledby="message-title">
      <h2 id="message-title">Write to us</h2>
      <div class="control">
        <label for="message">Your message</label>
        <textarea id="message" name="message" rows={3} autocomplete="off" spellcheck={false} aria-describedby="message-hint" />
        <p class="hint" id="message-hint">
          Type here for a minute, then hand the keyboard to somebody else and watch the fields above. The text never leaves this page.
        </p>
      </div>
      <div class="actions">
        <button class="button button--plain button--small">Send</button>
      </div>
      <p role="status" class="muted outcome">
        {said}
      </p>
    </form>
  );
}
