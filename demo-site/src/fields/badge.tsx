/** A level as a small badge that explains itself on hover, focus and tap. */

import { useId, useState } from "preact/hooks";
import { Icon } from "../ui/icon.tsx";
import { type BadgeName, levelWords } from "./levels.ts";

/** The badge of a level. */
export function Badge({ level }: { level: BadgeName }) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const words = levelWords(level);
  return (
    <span
      class="badge-holder"
      onMouseEnter={() => setOpen(true)}
      onMouseLeave={() => setOpen(false)}
    >
      <button
        type="button"
        class={`badge badge--${level}`}
        aria-describedby={id}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onClick={() => setOpen(true)}
        onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
      >
        <Icon name={level === "clear" ? "eye" : level === "partial" ? "half" : "lock"} />
        {words.badge}
      </button>
      <span role="tooltip" id={id} class="tip" hidden={!open}>
        {words.explanation}
      </span>
    </span>
  );
}
