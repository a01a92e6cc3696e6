/** Asks the backend again and again while something is on the screen and the tab is shown. */

import { useEffect, useState } from "preact/hooks";

/** The latest answer; a failed round keeps the one before. */
export function usePoll<T>(ask: () => Promise<T>, everyMs: number, while_: boolean): T | null {
  const [value, setValue] = useState<T | null>(null);
  useEffect(() => {
    if (!while_) return;
    let timer = 0;
    let here = true;
    const round = async () => {
      if (!document.hidden) {
        const answer = await ask().catch(() => null);
        if (!here) return;
        if (answer !== null) setValue(() => answer);
      }
      timer = setTimeout(round, everyMs) as unknown as number;
    };
    void round();
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [while_, everyMs]);
  return value;
}
