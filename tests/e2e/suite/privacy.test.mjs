/** What leaves the page: checked on the exact bytes of every batch, in real Chromium. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startBank } from "../support/bank.mjs";
import { focusedSession, launchChromium } from "../support/browsers.mjs";
import { startPalet } from "../support/palet.mjs";
import { becomesClear, until } from "../support/screen.mjs";
import { typeInChromium } from "../support/typist.mjs";

let palet, bank, browser;

before(async () => {
  palet = await startPalet();
  bank = await startBank(palet);
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await bank?.stop();
  await palet?.stop();
});

/** The page's clock, timers and random source become the test's own, so that two pages can be compared byte for byte. */
function pinTimeAndChance() {
  let at = 1_000;
  let last = 0;
  const timers = new Map();
  window.setTimeout = (call, ms = 0) => timers.set(++last, { due: at + ms, call }) && last;
  window.clearTimeout = (timer) => timers.delete(timer);
  const runDue = () => {
    for (const [timer, { due, call }] of [...timers].sort(([, one], [, other]) => one.due - other.due)) {
      if (due <= at && timers.delete(timer)) call();
    }
  };
  crypto.getRandomValues = (array) => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let index = 0; index < bytes.length; index += 1) bytes[index] = (index * 37 + 11) % 256;
    return array;
  };
  window.pinned = (ms) => {
    at = ms;
    runDue();
  };
  Object.defineProperty(Event.prototype, "timeStamp", { get: () => at });
  performance.now = () => at;
}

async function open(prepare) {
  const context = await browser.newContext();
  const page = await context.newPage();
  if (prepare) await page.addInitScript(prepare);
  const { url } = await bank.page("plain", "somebody", { inspect: "yes" });
  await page.goto(url);
  const cdp = await focusedSession(context, page);
  await until("a session", () => page.evaluate(() => Boolean(window.palet)));
  return { context, page, cdp };
}

async function batches(page) {
  // Not waited for: where time is pinned, nobody is told when the browser has sent everything.
  await page.evaluate(() => void window.palet.flush());
  await page.waitForTimeout(300);
  return page.evaluate(() => window.seen.batches);
}

/** Types `text`, each key at its own time on the pinned clock. */
async function typePinned(page, cdp, text, times) {
  await page.locator("#message").focus();
  for (const [index, letter] of [...text].entries()) {
    const [press, release] = times[index];
    const code = letter === " " ? "Space" : `Key${letter.toUpperCase()}`;
    await page.evaluate((at) => window.pinned(at), press);
    await cdp.send("Input.dispatchKeyEvent", { type: "keyDown", code, key: letter, text: letter, windowsVirtualKeyCode: letter.toUpperCase().charCodeAt(0) });
    await page.evaluate((at) => window.pinned(at), release);
    await cdp.send("Input.dispatchKeyEvent", { type: "keyUp", code, key: letter, windowsVirtualKeyCode: letter.toUpperCase().charCodeAt(0) });
  }
}

test("two texts with the same timing and classes give the same bytes", { timeout: 120_000 }, async () => {
  // Letter by letter the same hand, space at the same places.
  const one = "the fast red cat sat here and ate a fig tart as we all read on the bed at noon";
  const other = sameClasses(one);
  assert.notEqual(one, other);
  const times = [...one].map((_, index) => [2_000 + index * 173 + (index % 7) * 11, 2_000 + index * 173 + 80 + (index % 5) * 9]);
  const seen = [];
  for (const text of [one, other]) {
    const { context, page, cdp } = await open(pinTimeAndChance);
    await typePinned(page, cdp, text, times);
    seen.push(await batches(page));
    await context.close();
  }
  assert.ok(seen[0].length > 0 && seen[0].some(([, bytes]) => bytes.length > 100), "a whole block left the page");
  assert.deepEqual(seen[0], seen[1]);
});

/** Another text whose keys are of the same classes: each letter becomes another of the same hand. */
function sameClasses(text) {
  const left = "qwertasdfgzxcvb";
  const right = "yuiophjklnm";
  const next = (pool, letter) => pool[(pool.indexOf(letter) + 1) % pool.length];
  return [...text].map((letter) => (letter === " " ? " " : left.includes(letter) ? next(left, letter) : next(right, letter))).join("");
}

test("a password field leaves only totals, also after it was made visible", { timeout: 60_000 }, async () => {
  const { context, page } = await open();
  await page.locator("#password").focus();
  await page.keyboard.type("correct horse battery staple and some more of it to fill a block", { delay: 25 });
  await page.evaluate(() => (document.getElementById("password").type = "text"));
  await page.keyboard.type("shown now but as secret as before, however long it may become", { delay: 25 });
  const left = await batches(page);
  const { readBatch } = await decoder(page);
  const windows = left.flatMap(([, bytes]) => readBatch(bytes));
  assert.ok(windows.length > 0, "totals left the page");
  assert.ok(windows.every((kind) => kind === "context" || kind === "device" || kind === "pointer"), windows.join(" "));
  await context.close();
});

test("no character that was typed stands in what leaves the page", { timeout: 60_000 }, async () => {
  const { context, page, cdp } = await open();
  await becomesClear(page).catch(() => {});
  const keys = [..."zyxwvut".repeat(16)].map((name, index) => [name, index * 120_000, index * 120_000 + 70_000]);
  await page.locator("#message").focus();
  await typeInChromium(cdp, keys);
  const left = await batches(page);
  assert.ok(left.length > 0);
  for (const [, bytes] of left) {
    const text = Buffer.from(bytes).toString("latin1");
    for (const word of ["zyx", "yxw", "KeyZ", "utz"]) assert.ok(!text.includes(word));
  }
  await context.close();
});

/** The kinds of windows in a batch, by the first byte of each: read with the SDK's own inspector in the page. */
async function decoder(page) {
  const kinds = await page.evaluate(async () => {
    const { decode } = await import("/sdk/inspect.js");
    return window.seen.batches.map(([, bytes]) => decode(Uint8Array.from(bytes)).windows.map((window) => window.kind));
  });
  let next = 0;
  return { readBatch: () => kinds[next++] };
}
