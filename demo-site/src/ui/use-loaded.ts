/** Asks the backend once when a page appears; says what it knows meanwhile. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { sentenceOf } from "../app/state.ts";

/** What came, or why nothing did. */
export interface Loaded<T> {
  value: T | null;
  fault: string | null;
  reload: () => void;
}

/** Loads on appearance and on `reload`; an answer that comes after the page is gone is dropped. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{ value: T | null; fault: string | null }>({ value: null, fault: null });
  useEffect(() => {
    let here = true;
    load().then(
      (value) => here && setState({ value, fault: null }),
      (fault: unknown) => here && setState((before) => ({ ...before, fault: sentenceOf(fault) })),
    );
    return () => {
      here = false;
    };
  }, [round]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  return { ...state, reload };
}
