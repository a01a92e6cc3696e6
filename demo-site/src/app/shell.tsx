/** The frame of every page: the bank's header and content, and beside them the view behind the scenes. */

import { useEffect } from "preact/hooks";
import { AccountsPage } from "../pages/accounts.tsx";
import { CardsPage } from "../pages/cards.tsx";
import { EnrolPage } from "../enrol/enrol-page.tsx";
import { LoginPage } from "../pages/login.tsx";
import { MissingPage } from "../pages/missing.tsx";
import { OpenPage } from "../pages/open.tsx";
import { ProfilePage } from "../pages/profile.tsx";
import { ReplayPage } from "../pages/replay.tsx";
import { TransferPage } from "../pages/transfer.tsx";
import { WelcomePage } from "../pages/welcome.tsx";
import { Dock } from "../panel/dock.tsx";
import { AskedStepUp } from "../step-up/asked-step-up.tsx";
import { Fault } from "../ui/fault.tsx";
import { Header } from "./header.tsx";
import { redirect, route } from "./router.ts";
import { type RouteName, factsOf } from "./routes.ts";
import { me, outage, ready, signedIn } from "./state.ts";

const PAGES: Readonly<Record<RouteName, () => preact.JSX.Element>> = {
  welcome: WelcomePage,
  login: LoginPage,
  open: OpenPage,
  enrol: EnrolPage,
  accounts: AccountsPage,
  cards: CardsPage,
  transfer: TransferPage,
  profile: ProfilePage,
  replay: ReplayPage,
  missing: MissingPage,
};

/** The whole document's content. */
export function Shell() {
  const name = route.value;
  const mustSignIn = ready.value && factsOf(name).needsSignIn && !signedIn.value && outage.value === null;
  useEffect(() => {
    if (mustSignIn) redirect("/login");
  }, [mustSignIn]);
  const withDock = me.value !== null && name !== "replay";
  return (
    <div class={withDock ? "frame frame--dock" : "frame"}>
      <Header />
      <main id="content" tabIndex={-1}>
        <Fault text={outage.value} />
        {signedIn.value && name !== "replay" ? <AskedStepUp /> : null}
        <Content name={name} waiting={!ready.value || mustSignIn} />
      </main>
      {withDock ? <Dock /> : null}
    </div>
  );
}

function Content({ name, waiting }: { name: RouteName; waiting: boolean }) {
  const Page = PAGES[name];
  if (waiting) return <p class="muted waiting">One moment …</p>;
  return <Page key={name} />;
}
