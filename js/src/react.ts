/**
 * React: `usePalet` starts PaLet with the first component that uses it and ends it with the last; `PaletField` is an
 * element whose text PaLet paints. React keeps its nodes: PaLet only changes what is in them.
 */

import { type ReactElement, type ReactNode, createElement, useEffect, useState } from "react";
import { type InitOptions, Palet, type PaletSession, type State } from "./index";

/** The one session of the page, shared by every component; StrictMode mounts twice and must not start twice. */
let shared: { session: Promise<PaletSession>; users: number } | null = null;

function acquire(options: InitOptions): Promise<PaletSession> {
  shared ??= { session: Palet.init(options), users: 0 };
  shared.users += 1;
  return shared.session;
}

function release(): void {
  const held = shared;
  if (!held) return;
  held.users -= 1;
  // A component that mounts again in the same turn keeps the session.
  setTimeout(() => {
    if (held.users > 0 || shared !== held) return;
    shared = null;
    held.session.then(
      (session) => session.destroy(),
      () => {},
    );
  }, 0);
}

export interface UsePalet {
  /** `null` until it runs. */
  session: PaletSession | null;
  state: State;
  /** Why it could not start. */
  error: Error | null;
}

/** Starts PaLet, or joins the session that runs. Options are read once, at the first use. */
export function usePalet(options: InitOptions): UsePalet {
  const [held, hold] = useState<UsePalet>({ session: null, state: "idle", error: null });
  useEffect(() => {
    let mounted = true;
    let end = (): void => {};
    acquire(options).then(
      (session) => {
        if (!mounted) return;
        end = session.on("state", (state) => hold({ session, state, error: null }));
        hold({ session, state: session.state, error: null });
      },
      (error: Error) => {
        shared = null;
        if (mounted) hold({ session: null, state: "ended", error });
      },
    );
    return () => {
      mounted = false;
      end();
      release();
    };
  }, []);
  return held;
}

export interface PaletFieldProps {
  /** The field's class: `iban`, `pan`, `phone`, … */
  field: string;
  /** The sealed value, where the page does not hold the value itself. */
  sealed?: string;
  /** What a screen reader calls the field. */
  label?: string;
  className?: string;
  /** The masked text (sealed), or the value (local). */
  children?: ReactNode;
}

/** An element whose text PaLet paints. */
export function PaletField({ field, sealed, label, className, children }: PaletFieldProps): ReactElement {
  const attributes = { "data-palet-field": field, "data-palet-sealed": sealed, "data-palet-label": label, className };
  return createElement("span", attributes, children);
}
