/** Paragraphs to type, one after another. The shown text follows along; typing differently is fine. */

import { useRef, useState } from "preact/hooks";
import { PARAGRAPHS, isTyped, shareTyped, splitByTyping } from "./texts.ts";

/** The paragraph that is due and the field for it. `onKey` is told of each key that a person pressed, not which. */
export function TypingTask({ onKey }: { onKey: () => void }) {
  const [index, setIndex] = useState(0);
  const [typed, setTyped] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  const paragraph = PARAGRAPHS[index % PARAGRAPHS.length] ?? "";
  const { same, other, rest } = splitByTyping(typed, paragraph);
  const next = () => {
    setIndex(index + 1);
    setTyped("");
    if (area.current) area.current.value = "";
    area.current?.focus();
  };
  const input = (text: string) => {
    setTyped(text);
    if (isTyped(text, paragraph)) next();
  };
  return (
    <section class="card stack" aria-labelledby="typing-task">
      <h2 id="typing-task">2. A few paragraphs</h2>
      <p>Read along and type. Correct mistakes or leave them, as you usually would.</p>
      <p class="copy" id="copy">
        <span class="copy__same">{same}</span>
        <span class="copy__other">{other}</span>
        <span class="copy__rest">{rest}</span>
      </p>
      <div class="control">
        <label for="typing">Your typing</label>
        <textarea
          ref={area}
          id="typing"
          rows={4}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-describedby="copy typing-hint"
          onInput={(event) => input(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.isTrusted && !event.repeat) onKey();
          }}
        />
        <p class="hint" id="typing-hint">
          Paragraph {index + 1}, {Math.round(100 * shareTyped(typed, paragraph))} % typed. Pasting does no harm and teaches nothing.
        </p>
      </div>
      <p class="actions">
        <button type="button" class="button button--plain button--small" onClick={next}>
          Another paragraph
        </button>
      </p>
    </section>
  );
}
