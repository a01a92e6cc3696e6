/** @jsxImportSource react */
/** A profile that React redraws all the time: each second, on request a hundred times, in another order, from nothing. */

import { useEffect, useState } from "react";
import type { CustomerProfile, SealedValue } from "../bank/answers.ts";
import { BankFault, bank } from "../bank/client.ts";

const ORDER = ["name", "email", "phone", "address"] as const;
const LABELS = { name: "Name", email: "E-mail", phone: "Phone", address: "Address" } as const;
const MANY = 100;

/** The page. */
export function ReactProfile() {
  const [profile, fault] = useProfile();
  const [draws, redraw] = useRedraw();
  const [order, setOrder] = useState<readonly (typeof ORDER)[number][]>(ORDER);
  const [life, setLife] = useState(0);
  return (
    <>
      <header className="top">
        <a className="brand" href="/">
          <img src="/mark.svg" width="36" height="36" alt="" />
          <span>
            <span className="brand__name">Specimen Bank</span>
            <span className="brand__tag">A demonstration, no real bank</span>
          </span>
        </a>
      </header>
      <main id="content" tabIndex={-1}>
        <div className="page page--narrow">
          <h1>Profile in React</h1>
          <p className="lead">
            React redraws this page every second. What PaLet wrote into the fields stays, as it changes only text inside of React’s
            own nodes, and puts its word back where React writes over it.
          </p>
          {fault === null ? null : (
            <p className="notice" role="status">
              {fault} <a href="/login">Sign in</a>
            </p>
          )}
          {profile === null ? null : (
            <section className="card" aria-label="Profile" key={life}>
              <dl className="fields">
                {order.map((name) => (
                  <SealedRow key={name} label={LABELS[name]} value={profile[name]} draws={draws} />
                ))}
              </dl>
            </section>
          )}
          <p className="actions">
            <button type="button" className="button button--small" onClick={() => redraw(MANY)}>
              Redraw {MANY} times
            </button>
            <button type="button" className="button button--plain button--small" onClick={() => setOrder([...order].reverse())}>
              Turn the order round
            </button>
            <button type="button" className="button button--plain button--small" onClick={() => setLife(life + 1)}>
              Build the fields anew
            </button>
          </p>
          <p className="muted">
            Drawn so far: <output id="draws">{draws}</output>. <a href="/profile">Back to the bank</a>
          </p>
        </div>
      </main>
    </>
  );
}

function SealedRow({ label, value, draws }: { label: string; value: SealedValue; draws: number }) {
  return (
    <div className="field" data-draws={draws}>
      <dt>{label}</dt>
      <dd>
        <span className="sealed" data-palet-field={value.class} data-palet-sealed={value.sealed}>
          {value.display}
        </span>
      </dd>
    </div>
  );
}

function useProfile(): [CustomerProfile | null, string | null] {
  const [profile, setProfile] = useState<CustomerProfile | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    let here = true;
    bank.profile().then(
      (answer) => here && setProfile(answer),
      (reason: unknown) => {
        if (here) setFault(reason instanceof BankFault && reason.status === 401 ? "Nobody is signed in." : "The bank cannot be reached.");
      },
    );
    return () => {
      here = false;
    };
  }, []);
  return [profile, fault];
}

/** Counts redraws: one a second, and as many as asked for, one after another. */
function useRedraw(): [number, (times: number) => void] {
  const [draws, setDraws] = useState(0);
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setDraws((count) => count + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (left === 0) return;
    setDraws((count) => count + 1);
    setLeft(left - 1);
  }, [left]);
  return [draws, setLeft];
}
