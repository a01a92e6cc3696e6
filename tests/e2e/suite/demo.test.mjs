/**
 * The demonstration bank with its seeded customers: a second tab plays an owner, a stranger and a bot into the session of
 * the first. `PALET_SHOTS=folder` keeps pictures.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { faultsOf } from "../support/axe.mjs";
import { launchChromium } from "../support/browsers.mjs";
import { startDemo } from "../support/palet.mjs";
import { until } from "../support/screen.mjs";
import { ask, becomesClear, isClear, isHidden, levels, openest, shoot, signIn, visit } from "../support/visit.mjs";

const READY_MS_MAX = 5_000;
/** Keys of the owner's recording that pass while the fields must stay clear. */
const OWNERS_KEYS = 400;
let demo, browser;

before(async () => {
  demo = await startDemo();
  browser = await launchChromium();
}, { timeout: 60_000 });

after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** A seeded customer's accounts in one tab, the player in a second one. */
async function twoTabs() {
  const visited = await visit(browser, demo.origin);
  await signIn(visited, demo.origin);
  await becomesClear(visited.page);
  const second = await visited.context.newPage();
  await second.goto(`${demo.origin}/replay`);
  await second.waitForSelector("text=What the bank’s backend is told");
  const play = async (title) => {
    await second.click("label:has-text('8 ×')");
    await second.click(`button[aria-label='Play: ${title}']`);
  };
  return { ...visited, second, play };
}

/** At an address of numbers there are no passkeys: the page says where there are, and offers a code that it calls a toy. */
async function proveByCode(page) {
  await page.click("main >> text=Prove that it is you");
  const dialog = page.locator("dialog[open]");
  await dialog.locator("text=Demonstration only.").waitFor();
  assert.equal(await dialog.locator("a").getAttribute("href"), demo.named);
  await page.fill("#step-up-code", "0");
  await dialog.locator("button:has-text('Confirm')").click();
  await dialog.locator("text=This is not the code. Tries left: 2.").waitFor();
  assert.ok(await isHidden(page), "a wrong code lowers nothing");
  assert.deepEqual(await faultsOf(page, "code"), []);
  await dialog.locator("summary").click();
  await dialog.locator(".phone li:has-text('your code')").first().waitFor();
  assert.equal(await dialog.locator(".phone li").count(), 1, "one code for one proof, however often PaLet asks");
  const [code] = (await dialog.locator(".phone li").first().textContent()).match(/\d{3} \d{3}/);
  await page.fill("#step-up-code", code);
  await shoot(page, "code");
  await dialog.locator("button:has-text('Confirm')").click();
  await page.waitForSelector("main >> text=Confirmed.");
}

test("the demonstration is ready in time", () => {
  console.log(`ready after ${demo.readyMs} ms`);
  assert.ok(demo.readyMs <= READY_MS_MAX, `${demo.readyMs} ms`);
});

test("the owner's recording, played from a second tab, leaves everything clear", { timeout: 180_000 }, async () => {
  const { context, page, second, play, faults } = await twoTabs();
  await play("The owner");
  let keys = 0;
  let hidden = null;
  await until(`${OWNERS_KEYS} keys played`, async () => {
    ({ keys } = await ask(second, "/replay"));
    if (!(await isClear(page))) hidden ??= { keys, levels: await levels(page) };
    return keys >= OWNERS_KEYS;
  }, 120_000, () => ({ keys }));
  const risk = await ask(second, "/risk");
  await shoot(second, "replay-owner");
  console.log(`the owner after ${keys} keys: ${risk.band}, ${risk.decision}`);
  assert.equal(hidden, null, `fields were hidden: ${JSON.stringify(hidden)}`);
  assert.deepEqual([risk.band, risk.decision], ["calm", "allow"], JSON.stringify(risk.reasons));
  assert.deepEqual(faults, []);
  await context.close();
});

test("a stranger's recording turns fields partial, then hides them, and the panel says why", { timeout: 180_000 }, async () => {
  const { context, page, play, faults } = await twoTabs();
  const clear = await page.textContent("main [data-palet-field='iban']");
  await shoot(page, "clear");
  await play("A stranger");
  const seen = new Set();
  await until("redacted", async () => {
    seen.add(await openest(page));
    return isHidden(page);
  }, 120_000, () => levels(page));
  console.log(`levels on the way: ${[...seen].join(" → ")}`);
  assert.ok(!(await page.content()).includes(clear.trim()), "the clear IBAN is gone from the page");
  await page.waitForTimeout(1000);
  await shoot(page, "demo");
  assert.match(await page.textContent("[role='tabpanel'] .why"), /typ|key|rhythm|pointer|behav/i, "the panel gives a reason in words");
  await proveByCode(page);
  await becomesClear(page);
  assert.deepEqual(faults, []);
  await context.close();
});

test("a bot's recording is called a bot and denied", { timeout: 180_000 }, async () => {
  const { context, page, second, play } = await twoTabs();
  await play("A bot");
  await until("redacted", () => isHidden(page), 120_000, () => levels(page));
  await until("a denied transfer", async () => (await ask(second, "/risk")).decision === "deny", 120_000);
  const risk = await ask(second, "/risk");
  await shoot(page, "bot");
  console.log(`the bot: automation ${risk.sub_scores.automation}, reasons ${risk.reasons.map(({ code }) => code).join(" ")}`);
  assert.match(risk.reasons.map(({ text }) => text).join(" "), /program|automat|machine|even/i);
  assert.match(await page.textContent("[role='tabpanel'] .why"), /program|automat|machine|even/i);
  await context.close();
});
