/**
 * Behind the scenes: what PaLet knows and says, beside the bank. On a wide screen a column, on a narrow one a bar at
 * the bottom that opens a sheet. A real bank's customers would not see it.
 */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { InspectorPanel } from "../inspector/inspector-panel.tsx";
import { batches, connection, latestRisk, riskHistory } from "../palet/connection.ts";
import { ReplayPanel } from "../replay/replay-panel.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { BandPill } from "./band-pill.tsx";
import { RiskPanel } from "./risk-panel.tsx";
import { connectionWords } from "./risk-words.ts";

type TabName = "risk" | "leaves" | "replay";

const TABS: readonly { name: TabName; title: string; icon: IconName; body: () => preact.JSX.Element }[] = [
  { name: "risk", title: "Risk", icon: "pulse", body: RiskPanel },
  { name: "leaves", title: "What leaves", icon: "list", body: InspectorPanel },
  { name: "replay", title: "Play", icon: "play", body: ReplayPanel },
];

const tab = signal<TabName>("risk");
const sheetOpen = signal(false);

/** The column, or the bar and its sheet. */
export function Dock() {
  const sheet = useRef<HTMLElement>(null);
  const open = sheetOpen.value;
  useSheet(sheet, open);
  return (
    <>
      <aside ref={sheet} class={open ? "dock dock--open" : "dock"} aria-label="Behind the scenes" id="dock">
        <header class="dock__head">
          <div>
            <h2 class="dock__title">Behind the scenes</h2>
            <p class="dock__note">A customer would not see this.</p>
          </div>
          <button type="button" class="dock__close" onClick={() => (sheetOpen.value = false)}>
            <Icon name="close" /> Close
          </button>
        </header>
        <Tabs />
        {TABS.map(({ name, body: Body }) => (
          <section
            key={name}
            role="tabpanel"
            id={`panel-${name}`}
            aria-labelledby={`tab-${name}`}
            class="dock__body"
            hidden={tab.value !== name}
            tabIndex={0}
          >
            {tab.value === name ? <Body /> : null}
          </section>
        ))}
      </aside>
      <Bar open={open} />
    </>
  );
}

function Tabs() {
  const choose = (name: TabName) => {
    tab.value = name;
    document.getElementById(`tab-${name}`)?.focus();
  };
  const step = (event: KeyboardEvent) => {
    const at = TABS.findIndex(({ name }) => name === tab.value);
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = by === undefined ? undefined : TABS[(at + by + TABS.length) % TABS.length];
    if (!next) return;
    event.preventDefault();
    choose(next.name);
  };
  return (
    <div role="tablist" aria-label="Views" class="tabs" onKeyDown={step}>
      {TABS.map(({ name, title, icon }) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          aria-controls={`panel-${name}`}
          aria-selected={tab.value === name}
          tabIndex={tab.value === name ? 0 : -1}
          onClick={() => (tab.value = name)}
        >
          <Icon name={icon} />
          {title}
          {name === "leaves" && batches.value.length > 0 ? <span class="tabs__count">{batches.value.length}</span> : null}
        </button>
      ))}
    </div>
  );
}

function Bar({ open }: { open: boolean }) {
  const risk = latestRisk.value ?? riskHistory.value.at(-1) ?? null;
  return (
    <div class="dockbar">
      <button type="button" aria-expanded={open} aria-controls="dock" onClick={() => (sheetOpen.value = !open)}>
        {risk === null ? (
          <span>{connectionWords(connection.value).short}</span>
        ) : (
          <BandPill band={risk.band} risk={risk.risk} />
        )}
        <span class="dockbar__label">Behind the scenes</span>
      </button>
    </div>
  );
}

/** While the sheet covers the page, the page behind it is out of reach; Escape closes it. */
function useSheet(sheet: { current: HTMLElement | null }, open: boolean): void {
  useEffect(() => {
    if (!open) return;
    const behind = [document.querySelector("main"), document.querySelector("header.top")];
    for (const part of behind) part?.setAttribute("inert", "");
    sheet.current?.querySelector<HTMLElement>("[role=tab][aria-selected=true]")?.focus();
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape") sheetOpen.value = false;
    };
    const wide = matchMedia("(min-width: 68rem)");
    const widen = () => (sheetOpen.value = false);
    addEventListener("keydown", close);
    wide.addEventListener("change", widen);
    return () => {
      for (const part of behind) part?.removeAttribute("inert");
      removeEventListener("keydown", close);
      wide.removeEventListener("change", widen);
      document.querySelector<HTMLElement>(".dockbar button")?.focus();
    };
  }, [open, sheet]);
}
