/** A level as a small badge that explains itself on hover, focus and tap. */

import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../ui/icon.tsx";
import { type BadgeName, levelWords } from "./levels.ts";

/** The badge of a level. */
export function Badge({ level }: { level: BadgeName }) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const tip = useRef<HTMLSpanElement>(null);
  const words = levelWords(level);
  useLayoutEffect(() => {
    if (open && tip.current) keepInside(tip.current);
  }, [open]);
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
      <span ref={tip} role="tooltip" id={id} class="tip" hidden={!open}>
        {words.explanation}
      </span>
    </span>
  );
}

const MARGIN_PX = 12;

/** Moves a tip to the left where it would reach beyond the page's content. */
function keepInside(tip: HTMLElement): void {
  tip.style.translate = "none";
  const edge = tip.closest("main")?.getBoundingClientRect().right ?? innerWidth;
  const beyond = tip.getBoundingClientRect().right + MARGIN_PX - edge;
  if (beyond > 0) tip.style.translate = `${-Math.ceil(beyond)}px`;
}
