/** What the page promises: masked first, strict CSP, frameworks, secrets, connection lost, reload. Real Chromium. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { startBank } from "../support/bank.mjs";
import { focusedSession, launchChromium } from "../support/browsers.mjs";
import { everybody } from "../support/people.mjs";
import { startPalet } from "../support/palet.mjs";
import { allClear, allMasked, becomesClear, leaks, look, state, until } from "../support/screen.mjs";
import { typeInChromium } from "../support/typist.mjs";

const GRACE_MS = 3_000;
let palet, bank, browser, person;

before(async () => {
  palet = await startPalet(`[sessions]\ngrace_ms = ${GRACE_MS}\n`);
  bank = await startBank(palet);
  browser = await launchChromium();
  [person] = everybody();
  await palet.enrol([person], 4);
}, { timeout: 120_000 });

after(async () => {
  await browser?.close();
  await bank?.stop();
  await palet?.stop();
});

async function open(kind = "plain", options = {}, prepare = async () => {}) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await prepare(page);
  const { url, session } = await bank.page(kind, person.id, options);
  await page.goto(url);
  const cdp = await focusedSession(context, page);
  return { context, page, cdp, session };
}

test("a strict-CSP page works and reports no violation", async () => {
  const { context, page } = await open();
  await becomesClear(page);
  assert.deepEqual(await page.evaluate(() => window.seen.violations), []);
  await context.close();
});

test("the script tag alone starts it", async () => {
  const { context, page } = await open("snippet");
  await becomesClear(page);
  await context.close();
});

test("without wasm the page is masked and says that there is no evidence", async () => {
  const { context, page } = await open("plain", { wasm: "no" });
  await until("no-evidence", async () => (await state(page)) === "no-evidence");
  assert.ok(await allMasked(page));
  assert.deepEqual(await leaks(page), []);
  await context.close();
});

test("a cut connection masks after its grace, and a mended one shows again", { timeout: 90_000 }, async () => {
  const { context, page } = await open();
  await becomesClear(page);
  bank.cut();
  const cutAt = Date.now();
  await until("everything masked", () => allMasked(page), GRACE_MS + 10_000);
  assert.ok(Date.now() - cutAt >= GRACE_MS - 500, "the grace was kept");
  assert.deepEqual(await leaks(page), []);
  bank.mend();
  await until("clear again", () => allClear(page), 60_000);
  await context.close();
});

test("a reload keeps the session", { timeout: 90_000 }, async () => {
  const { context, page, cdp, session } = await open();
  await becomesClear(page);
  await page.locator("#message").focus();
  // The subject's own hand: anybody else's would rightly be masked after the reload too.
  await typeInChromium(cdp, person.sessions[4].slice(0, 80));
  await page.evaluate(() => window.palet.flush());
  await page.reload();
  await becomesClear(page);
  const { risks } = await page.evaluate(() => window.seen);
  assert.ok(risks.length > 0);
  const known = await palet.rest("GET", `/sessions/${session}`);
  assert.equal(known.session ?? known.id, session);
  await context.close();
});

test("where sockets fail, batches go by POST and fields still show", { timeout: 60_000 }, async () => {
  bank.refusesSockets = true;
  const { context, page } = await open();
  await until("fallback", async () => (await state(page)) === "fallback", 30_000);
  await until("clear by POST", () => allClear(page), 15_000, () => look(page));
  bank.mend();
  await context.close();
});

test("a React page that renders all the time keeps its masks and its nodes", async () => {
  const errors = [];
  const { context, page } = await open("react", {}, async (fresh) => void fresh.on("pageerror", (error) => errors.push(String(error))));
  const node = await page.waitForSelector("#iban");
  await until("the IBAN in clear", async () => (await page.textContent("#iban")) === "DE02 1203 0000 0000 2020 51");
  const before = Number(await page.getAttribute("main", "data-ticks"));
  await page.locator("#message").focus();
  await page.keyboard.type("typing while react renders", { delay: 30 });
  await sleep(1500);
  assert.ok(Number(await page.getAttribute("main", "data-ticks")) > before + 10, "React went on rendering");
  assert.ok(await node.evaluate((element) => element.isConnected), "the node is still React's own");
  assert.equal(await page.textContent("#iban"), "DE02 1203 0000 0000 2020 51");
  await page.evaluate(() => window.palet.destroy());
  assert.notEqual(await page.textContent("#iban"), "DE02 1203 0000 0000 2020 51");
  assert.deepEqual(errors, []);
  await context.close();
});

test("keyboard-only use is not called a bot", { timeout: 120_000 }, async () => {
  const { context, page, cdp } = await open();
  await becomesClear(page);
  await page.locator("#message").focus();
  await typeInChromium(cdp, person.sessions[4].slice(0, 128));
  for (let tab = 0; tab < 12; tab += 1) {
    await page.keyboard.press("Tab", { delay: 70 });
    await sleep(120 + tab * 17);
  }
  await page.evaluate(() => window.palet.flush());
  await sleep(500);
  const { risks } = await page.evaluate(() => window.seen);
  assert.ok(risks.length > 0, "the server said how the session looks");
  const automation = Math.max(...risks.map((risk) => risk.subScores.automation ?? 0));
  assert.ok(automation < 0.5, `automation ${automation}`);
  await context.close();
});

test("destroy gives nothing away and captures nothing more", async () => {
  const { context, page } = await open("plain", { inspect: "yes" });
  await becomesClear(page);
  await page.evaluate(() => window.palet.destroy());
  assert.ok(await allMasked(page));
  assert.deepEqual(await leaks(page), []);
  const before = (await page.evaluate(() => window.seen)).batches.length;
  await page.locator("#message").focus();
  await page.keyboard.type("nobody listens to this any more", { delay: 20 });
  await sleep(500);
  assert.equal((await page.evaluate(() => window.seen)).batches.length, before);
  await context.close();
});
