/** The site's addresses, each with its title and the context that PaLet's policy knows it by. */

/** One address. */
export interface Route {
  path: string;
  title: string;
  context: string | null;
  needsSignIn: boolean;
}

/** `console` is left free: the analysts' console has its own document. */
export const ROUTES = {
  welcome: { path: "/", title: "Specimen Bank", context: null, needsSignIn: false },
  login: { path: "/login", title: "Sign in", context: "login", needsSignIn: false },
  open: { path: "/open", title: "Open an account", context: null, needsSignIn: false },
  enrol: { path: "/enrol", title: "Get to know each other", context: "enrolment", needsSignIn: true },
  accounts: { path: "/accounts", title: "Accounts", context: "accounts", needsSignIn: true },
  cards: { path: "/cards", title: "Cards", context: "cards", needsSignIn: true },
  transfer: { path: "/transfer", title: "Transfer", context: "payment", needsSignIn: true },
  profile: { path: "/profile", title: "Profile", context: "profile", needsSignIn: true },
  replay: { path: "/replay", title: "Play a recording", context: null, needsSignIn: false },
} as const satisfies Record<string, Route>;

/** The name of an address. */
export type RouteName = keyof typeof ROUTES | "missing";

/** The route of a path; a slash at its end does not matter. */
export function routeOf(path: string): RouteName {
  const plain = path === "/" ? path : path.replace(/\/+$/, "");
  for (const [name, route] of Object.entries(ROUTES)) {
    if (route.path === plain) return name as keyof typeof ROUTES;
  }
  return "missing";
}

/** The route's facts; an unknown path has none of its own. */
export function factsOf(name: RouteName): Route {
  return name === "missing" ? { path: "", title: "Page not found", context: null, needsSignIn: false } : ROUTES[name];
}
