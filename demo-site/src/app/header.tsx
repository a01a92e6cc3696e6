/** The bank's header: name, the mark that this is a demonstration, the way around, the way out. */

import { bank } from "../bank/client.ts";
import { stopPalet } from "../palet/connection.ts";
import { navigate, route } from "./router.ts";
import { ROUTES, type RouteName } from "./routes.ts";
import { config, me, signedIn } from "./state.ts";

const PLACES: readonly (keyof typeof ROUTES)[] = ["accounts", "cards", "transfer", "profile"];

/** The header of every page. */
export function Header() {
  return (
    <header class="top">
      <a class="brand" href="/">
        <img src="/mark.svg" width="36" height="36" alt="" />
        <span>
          <span class="brand__name">{config.value?.bank ?? "Specimen Bank"}</span>
          <span class="brand__tag">A demonstration, no real bank</span>
        </span>
      </a>
      {signedIn.value ? <Places here={route.value} /> : null}
      <div class="top__end">
        {signedIn.value ? (
          <>
            <span class="top__who">{me.value?.name}</span>
            <button type="button" class="button button--plain button--small" onClick={signOut}>
              Sign out
            </button>
          </>
        ) : route.value === "login" ? null : (
          <a class="button button--small" href="/login">
            Sign in
          </a>
        )}
      </div>
    </header>
  );
}

function Places({ here }: { here: RouteName }) {
  return (
    <nav class="places" aria-label="Your bank">
      <ul>
        {PLACES.map((name) => (
          <li key={name}>
            <a href={ROUTES[name].path} aria-current={here === name ? "page" : undefined}>
              {ROUTES[name].title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

async function signOut(): Promise<void> {
  await bank.logout().catch(() => undefined);
  stopPalet();
  me.value = null;
  navigate("/");
}
