/**
 * The demonstration bank as a newcomer sees it: `palet demo`, a seeded customer, accounts in clear, a stranger played into
 * the session, fields masked, the panel saying why. `PALET_SHOTS=folder` keeps pictures.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launchChromium } from "../support/browsers.mjs";
import { startDemo } from "../support/palet.mjs";
import { until } from "../support/screen.mjs";

const READY_MS_MAX = 5_000;
let demo, browser;

before(async () => {
  demo = await startDemo();
  browser = await launchChromium();
}, { timeout: 60_000 });

after(async () => {
  await browser?.close();
  await demo?.stop();
});

async function signIn(page) {
  await page.goto(`${demo.origin}/login`);
  await page.waitForSelector(".person");
  await page.click("main button:has-text('Continue')");
  await page.waitForSelector("#passphrase");
  await page.locator("#passphrase").pressSequentially((await page.textContent("#phrase")).trim(), { delay: 90 });
  await page.locator("#password").pressSequentially("anything", { delay: 90 });
  await page.click("main button:has-text('Sign in')");
  await page.waitForSelector("h1:has-text('Good day')");
}

const levels = (page) => page.$$eval("[data-palet-field='iban']", (fields) => fields.map((field) => field.getAttribute("data-palet-level")));

async function shoot(page, name) {
  if (process.env.PALET_SHOTS) await page.screenshot({ path: `${process.env.PALET_SHOTS}/${name}.png` });
}

test("the demonstration is ready in time", () => {
  console.log(`ready after ${demo.readyMs} ms`);
  assert.ok(demo.readyMs <= READY_MS_MAX, `${demo.readyMs} ms`);
});

test("accounts in clear mask while a stranger is played, and the panel says why", { timeout: 180_000 }, async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  await signIn(page);
  await until("IBANs in clear", async () => (await levels(page)).length > 0 && (await levels(page)).every((level) => level === "clear"));
  const clear = await page.textContent("[data-palet-field='iban']");
  await shoot(page, "clear");
  await page.evaluate(async () => {
    await fetch("/bank/api/replay", {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ stream: "stranger", speed: 8 }),
    });
  });
  await until("IBANs masked", async () => (await levels(page)).every((level) => level !== "clear"), 90_000, () => levels(page));
  assert.ok(!(await page.content()).includes(clear.trim()), "the clear IBAN is gone from the page");
  await until("redacted", async () => (await levels(page)).every((level) => level === "redact" || level === "block"), 90_000, () => levels(page));
  await page.waitForTimeout(1000);
  await shoot(page, "demo");
  const panel = await page.textContent("[role='tabpanel']");
  assert.match(panel, /typ|key|rhythm|pointer|behav/i, "the panel gives a reason in words");
  assert.deepEqual(faults, []);
  await context.close();
});
