/** A page without a browser: happy-dom's window, laid over node's globals for one test file. */

import { Window } from "happy-dom";

const GLOBALS = [
  "document",
  "HTMLElement",
  "Element",
  "Node",
  "Text",
  "ShadowRoot",
  "Event",
  "KeyboardEvent",
  "PointerEvent",
  "MutationObserver",
  "EventTarget",
  "CustomEvent",
  "customElements",
  "getComputedStyle",
  "matchMedia",
  "navigator",
  "MutationObserver",
  "fetch",
];

export interface Page {
  document: Document;
  /** Lets mutation observers run. */
  settle(): Promise<void>;
}

export function openPage(html: string, lang = "en"): Page {
  const page = new Window({ url: "https://bank.example/account" });
  const globals = globalThis as Record<string, unknown>;
  for (const name of GLOBALS) globals[name] = (page as unknown as Record<string, unknown>)[name];
  globals.window = page;
  page.document.documentElement.lang = lang;
  page.document.body.innerHTML = html;
  return {
    document: page.document as unknown as Document,
    settle: () => new Promise((resolve) => setTimeout(resolve, 5)),
  };
}
