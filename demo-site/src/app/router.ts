/** Client-side navigation: links stay plain links; the back button, the title and the focus behave as on page loads. */

import { signal } from "@preact/signals";
import { type RouteName, factsOf, routeOf } from "./routes.ts";

/** Where the person is. */
export const route = signal<RouteName>(routeOf(location.pathname));

/** Goes to an address of this site. */
export function navigate(path: string): void {
  history.pushState(null, "", path);
  arrive();
}

/** Goes there without leaving the present address in the history. */
export function redirect(path: string): void {
  history.replaceState(null, "", path);
  arrive();
}

/** Takes over clicks on this site's links, save those that the browser should handle. */
export function startRouter(): void {
  addEventListener("popstate", arrive);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || !isOurs(link, event)) return;
    event.preventDefault();
    navigate(link.pathname);
  });
  document.title = titleOf(route.value);
}

function isOurs(link: HTMLAnchorElement, event: MouseEvent): boolean {
  const plainClick = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  const sameSite = link.origin === location.origin && link.target === "" && !link.hasAttribute("download");
  return plainClick && !event.defaultPrevented && sameSite && link.hash === "" && routeOf(link.pathname) !== "missing";
}

function arrive(): void {
  route.value = routeOf(location.pathname);
  document.title = titleOf(route.value);
  scrollTo(0, 0);
  requestAnimationFrame(() => document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true }));
}

function titleOf(name: RouteName): string {
  const { title } = factsOf(name);
  return name === "welcome" ? `${title}: a demonstration` : `${title} · Specimen Bank`;
}
