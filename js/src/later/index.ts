/**
 * `later.js`, which a page loads when it is up: what screen readers hear, in the page's language; partial forms of values
 * that the page holds itself; and the finder of sensitive inputs that nobody tagged. The page is masked without it.
 */

import { overlay } from "../paint/words";
import { Announcer } from "./announcer";
import { Finder } from "./finder";
import type { Host, Started } from "./host";
import { type FieldsModule, loadFields } from "./module";

declare const __PALET_FIELDS_WASM_INTEGRITY__: string;
declare const __PALET_FIELDS_WASM_NAME__: string;

/** Starts what is always wanted; the module only where the page needs it. */
export function start(host: Host): Started {
  const announcer = new Announcer(host.native, host.words);
  let module: FieldsModule | null = null;
  let finder: Finder | null = null;
  const { painter, emitter } = host;
  const finds = host.detect !== "off";
  let asked = false;
  let stopped = false;
  const load = async (): Promise<void> => {
    if (asked || !(finds || painter.hasLocal)) return;
    asked = true;
    try {
      const url = new URL(__PALET_FIELDS_WASM_NAME__, host.url);
      module = await loadFields(host.native, url, __PALET_FIELDS_WASM_INTEGRITY__);
      if (stopped) return;
      finder = finds ? new Finder(host, module) : null;
      finder?.start();
      painter.repaint();
    } catch {
      // Then nothing is found, and the partial forms of local values redact.
      emitter.emit("notice", { code: "no-fields" });
    }
  };
  void load();
  void speak(host);
  return {
    show: (className, level, value) => module?.show(className, level, value) ?? null,
    tell: (masked) => announcer.tell(masked),
    changed: () => void load(),
    watch: (root) => finder?.watch(root),
    stop: () => {
      stopped = true;
      finder?.stop();
      announcer.stop();
    },
  };
}

/** Loads the words of the page's language, which lie beside the module; until then screen readers hear English. */
async function speak(host: Host): Promise<void> {
  const language = /^(de|fr)/i.exec(document.documentElement.lang)?.[0].toLowerCase() ?? "en";
  try {
    const answer = await host.native.fetch(new URL(`words.${language}.json`, host.url), { credentials: "same-origin" });
    overlay(overlay(host.words, await answer.json()), host.ownWords);
    host.painter.repaint();
  } catch {
    // English stays.
  }
}
