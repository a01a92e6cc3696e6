/** Whether PaLet has locked an input inside of an element: it takes no typing until the person has been confirmed. */

import { useEffect, useState } from "preact/hooks";
import { LEVEL_ATTRIBUTE } from "./masked-field.tsx";

/** Follows the levels of the inputs inside of `holder`. */
export function useLocked(holder: { current: HTMLElement | null }): boolean {
  const [locked, setLocked] = useState(false);
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const read = () => setLocked(element.querySelector(`input[${LEVEL_ATTRIBUTE}="block"]`) !== null);
    const observer = new MutationObserver(read);
    observer.observe(element, { subtree: true, attributes: true, attributeFilter: [LEVEL_ATTRIBUTE] });
    read();
    return () => observer.disconnect();
  }, [holder]);
  return locked;
}
