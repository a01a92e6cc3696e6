/**
 * A sealed value in the page. The page puts the bank's masked text there once; from then on the SDK alone writes the
 * text, in the same text node, and names the level on the element, which the badge follows.
 */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { SealedValue } from "../bank/answers.ts";
import { Badge } from "./badge.tsx";
import { type BadgeName, badgeOf } from "./levels.ts";

/** Where the SDK names an element's level. */
export const LEVEL_ATTRIBUTE = "data-palet-level";

/** The value alone, without label or badge: for tables and running text. */
export function SealedText({ value, class: className }: { value: SealedValue; class?: string }) {
  return (
    <span class={`sealed ${className ?? ""}`} data-palet-field={value.class} data-palet-sealed={value.sealed}>
      {value.display}
    </span>
  );
}

/** A label, its value and the badge of its level. */
export function MaskedField(props: { label: string; value: SealedValue; class?: string; children?: ComponentChildren }) {
  const holder = useRef<HTMLElement>(null);
  const level = useBadge(holder, props.value.display);
  return (
    <div class={`field field--${level}`}>
      <dt>{props.label}</dt>
      <dd ref={holder}>
        <SealedText value={props.value} class={props.class ?? ""} />
        <Badge level={level} />
        {props.children}
      </dd>
    </div>
  );
}

/** Follows the level of the sealed element inside of `holder`. */
function useBadge(holder: { current: HTMLElement | null }, bankText: string): BadgeName {
  const [badge, setBadge] = useState<BadgeName>("waiting");
  useEffect(() => {
    const sealed = holder.current?.querySelector("[data-palet-field]");
    if (!sealed) return;
    const read = () => setBadge(badgeOf(sealed.getAttribute(LEVEL_ATTRIBUTE), sealed.textContent ?? "", bankText));
    const observer = new MutationObserver(read);
    observer.observe(sealed, { attributes: true, attributeFilter: [LEVEL_ATTRIBUTE] });
    read();
    return () => observer.disconnect();
  }, [holder, bankText]);
  return badge;
}
