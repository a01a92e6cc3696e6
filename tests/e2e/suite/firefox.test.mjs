/** The same main job in real Firefox, driven over WebDriver BiDi. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startBank } from "../support/bank.mjs";
import { launchFirefox } from "../support/browsers.mjs";
import { everybody } from "../support/people.mjs";
import { startPalet } from "../support/palet.mjs";
import { allClear, allMasked, becomesClear, leaks, look, until } from "../support/screen.mjs";
import { typeInFirefox } from "../support/typist.mjs";

const ENROLLED = 4;
const GRACE_MS = 3_000;
let palet, bank, browser, owner, stranger;

before(async () => {
  palet = await startPalet(`[sessions]\ngrace_ms = ${GRACE_MS}\n`);
  bank = await startBank(palet);
  browser = await launchFirefox();
  const people = everybody();
  [owner, stranger] = [people[1], people[9]];
  await palet.enrol([owner], ENROLLED);
}, { timeout: 120_000 });

after(async () => {
  await browser?.close();
  await bank?.stop();
  await palet?.stop();
});

async function open(kind = "plain") {
  const page = await browser.newPage();
  const { url } = await bank.page(kind, owner.id);
  await page.goto(url);
  await page.bringToFront();
  await becomesClear(page);
  return page;
}

test("the owner's page stays clear under a strict CSP", { timeout: 180_000 }, async () => {
  const page = await open();
  await page.focus("#message");
  await typeInFirefox(page, owner.sessions[ENROLLED].slice(0, 160));
  await page.evaluate(() => window.palet.flush());
  assert.ok(await allClear(page), JSON.stringify(await look(page)));
  assert.deepEqual(await page.evaluate(() => window.seen.violations), []);
  await page.close();
});

test("a stranger who takes over is masked", { timeout: 300_000 }, async () => {
  const page = await open();
  await page.focus("#message");
  const keys = await typeInFirefox(page, stranger.sessions[ENROLLED].slice(0, 400), () => allMasked(page));
  console.log(`masked after ${keys} keys`);
  assert.ok(await allMasked(page), JSON.stringify(await look(page)));
  assert.deepEqual(await leaks(page), []);
  await page.close();
});

test("a cut connection masks", { timeout: 60_000 }, async () => {
  const page = await open();
  bank.cut();
  await until("everything masked", () => allMasked(page), GRACE_MS + 10_000);
  assert.deepEqual(await leaks(page), []);
  bank.mend();
  await page.close();
});

test("a React page keeps its masks", { timeout: 60_000 }, async () => {
  const page = await browser.newPage();
  const { url } = await bank.page("react", owner.id);
  await page.goto(url);
  await until("the IBAN in clear", async () => (await look(page)).iban.text === "DE02 1203 0000 0000 2020 51");
  await page.close();
});
