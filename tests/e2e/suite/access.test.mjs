/**
 * Whether everybody can use the demonstration: axe-core on each page, wide and light, narrow and dark; nothing wider than
 * its window; and a whole visit by the keyboard alone.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { faultsOf } from "../support/axe.mjs";
import { launchChromium } from "../support/browsers.mjs";
import { startDemo } from "../support/palet.mjs";
import { becomesClear, evenly, isClear, levels, shoot, signIn, visit } from "../support/visit.mjs";
import { typeInChromium } from "../support/typist.mjs";

const VIEWS = [
  { name: "wide-light", viewport: { width: 1280, height: 800 }, colorScheme: "light" },
  { name: "narrow-dark", viewport: { width: 390, height: 844 }, colorScheme: "dark" },
];
const OPEN_PAGES = ["", "open", "login", "replay", "nowhere"];
const OWN_PAGES = ["accounts", "cards", "transfer", "profile", "enrol", "replay", "react.html", "plain.html"];
let demo, browser;

before(async () => {
  demo = await startDemo();
  browser = await launchChromium();
}, { timeout: 60_000 });

after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** The faults of a page that has settled. */
async function look(page, name) {
  await page.waitForTimeout(800);
  await shoot(page, `access-${name}`);
  return faultsOf(page, name);
}

for (const view of VIEWS) {
  test(`no page has a serious fault, ${view.name}`, { timeout: 180_000 }, async () => {
    const visited = await visit(browser, demo.named, { ...view, reducedMotion: "reduce" });
    const { context, page } = visited;
    const faults = [];
    for (const path of OPEN_PAGES) {
      await page.goto(`${demo.named}/${path}`);
      faults.push(...(await look(page, `${path || "welcome"}-${view.name}`)));
    }
    await signIn(visited, demo.named);
    await becomesClear(page);
    for (const path of OWN_PAGES) {
      await page.goto(`${demo.named}/${path}`);
      faults.push(...(await look(page, `own-${path}-${view.name}`)));
    }
    await page.goto(`${demo.named}/accounts`);
    await becomesClear(page);
    for (const tab of ["risk", "leaves", "replay"]) {
      if (await page.isVisible(".dockbar [aria-expanded=false]")) await page.click(".dockbar button");
      await page.click(`#tab-${tab}`);
      faults.push(...(await look(page, `tab-${tab}-${view.name}`)));
    }
    assert.deepEqual(faults, []);
    await context.close();
  });
}

test("a fault would be found", async () => {
  const { context, page } = await visit(browser, demo.named);
  await page.evaluate(() => {
    const pale = document.createElement("p");
    pale.textContent = "hardly to be read";
    pale.style.color = "#e8e6e0";
    const wide = document.createElement("div");
    wide.style.width = "3000px";
    wide.style.height = "1px";
    document.querySelector("main").append(pale, wide, document.createElement("button"));
  });
  const faults = await look(page, "spoilt");
  for (const expected of [/color-contrast/, /button-name/, /wider than the window/]) {
    assert.ok(faults.some((fault) => expected.test(fault)), `${expected} in ${faults.join(" | ")}`);
  }
  await context.close();
});

test("a visit by the keyboard alone: in, around, out, with nothing masked for it", { timeout: 120_000 }, async () => {
  const { context, page, cdp } = await visit(browser, demo.named);
  const focused = () => page.evaluate(() => {
    const { tagName, textContent, id } = document.activeElement;
    return `${tagName} ${id} ${textContent.trim().slice(0, 40)}`;
  });
  const seen = [];
  const tabTo = async (pattern) => {
    for (let tries = 0; tries < 60; tries += 1) {
      await page.keyboard.press("Tab", { delay: 60 });
      seen.push(await focused());
      if (pattern.test(seen.at(-1))) return;
    }
    throw new Error(`expected ${pattern} to be reached by Tab; saw ${seen.slice(-60).join(" | ")}`);
  };
  await tabTo(/Sign in as a known/);
  await page.keyboard.press("Enter", { delay: 70 });
  await page.waitForSelector(".person");
  await tabTo(/Continue/);
  await page.keyboard.press("Enter", { delay: 70 });
  await page.waitForSelector("#passphrase");
  await tabTo(/passphrase/);
  await typeInChromium(cdp, evenly((await page.textContent("#phrase")).trim()));
  await tabTo(/password/);
  await typeInChromium(cdp, evenly("some password"));
  await page.keyboard.press("Enter", { delay: 70 });
  await page.waitForSelector("h1:has-text('Good day')");
  await becomesClear(page);
  for (const place of ["Cards", "Transfer", "Profile", "Accounts"]) {
    await tabTo(new RegExp(`^A\\s+${place}`));
    await page.keyboard.press("Enter", { delay: 70 });
    await page.waitForSelector(`nav a[aria-current='page']:has-text('${place}')`);
  }
  await becomesClear(page);
  assert.ok(await isClear(page), `${await levels(page)}`);
  await tabTo(/Sign out/);
  await page.keyboard.press("Enter", { delay: 70 });
  await page.waitForSelector("text=Sign in as a known customer");
  await context.close();
});
