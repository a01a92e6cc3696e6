/** Levels change both ways, and what was shown is gone from everywhere once it is masked. Real Chromium. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { VALUES, startBank } from "../support/bank.mjs";
import { focusedSession, launchChromium } from "../support/browsers.mjs";
import { inAccessibility, inDocument, inScript, inWasm, keepMemories } from "../support/memory.mjs";
import { startPalet } from "../support/palet.mjs";
import { until } from "../support/screen.mjs";

const MEMBERSHIP = { reference: "membership", class: "custom:membership", value: "123-456-7897", record: "person-1" };
const FIELDS = [...VALUES, MEMBERSHIP];
const CLEAR = Object.fromEntries(FIELDS.map(({ reference, value }) => [reference, value]));
const LOCAL = "DE89 3704 0044 0532 0130 00";

/** Each part of the site has a level of its own, so that a test chooses the level by naming the part. */
const POLICY = `
custom = ["membership"]
[bands]
raised = 0.50
high = 0.80
severe = 0.95
hysteresis = 0.05
[mfa]
immediate_s = 120
fresh_s = 900
recent_s = 28800
[default]
level = "redact"
[default-action]
verdict = "deny"
${[
  ["overview", "clear", ""],
  ["card", "clear", 'obligations = ["guard-copy", "guard-drag", "guard-print", "guard-select"]'],
  ["statement", "partial", ""],
  ["profile", "fpe", ""],
  ["application", "token", ""],
  ["payment", "block", ""],
].map(([context, level, more]) => `[[rule]]\nname = "${context}"\ncontext = "${context}"\nlevel = "${level}"\n${more}\n`).join("")}
`;
const SETTINGS = `
[[custom]]
name = "membership"
label = "Membership number"
alphabet = "digits"
symbols_min = 10
symbols_max = 10
separators = " -"
groups = [3, 3, 4]
checksum = "luhn"
partial = { first = 0, last = 3 }
`;

let palet, bank, browser;

before(async () => {
  palet = await startPalet(SETTINGS, POLICY);
  bank = await startBank(palet);
  bank.values = FIELDS;
  browser = await launchChromium();
}, { timeout: 120_000 });

after(async () => {
  await browser?.close();
  await bank?.stop();
  await palet?.stop();
});

async function open(options = {}) {
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  await page.addInitScript(keepMemories);
  const { url, session } = await bank.page("levels", "somebody", options);
  await page.goto(url);
  const cdp = await focusedSession(context, page);
  await until("a session", () => page.evaluate(() => window.palet?.state === "live"));
  return { context, page, cdp, session };
}

const shown = (page) =>
  page.evaluate(
    (ids) => Object.fromEntries(ids.map((id) => [id, document.getElementById(id).textContent])),
    [...FIELDS.map(({ reference }) => reference), "local"],
  );
const levelOf = (page, id) => page.evaluate((name) => document.getElementById(name).getAttribute("data-palet-level"), id);

/** Goes to the part of the site that has this level. */
async function goTo(page, part, level) {
  await page.evaluate((name) => window.palet.setContext(name), part);
  const seen = async () => page.evaluate(() => [document.documentElement.outerHTML.slice(0, 1500), window.seen.notices]);
  await until(`level ${level}`, async () => (await levelOf(page, "iban")) === level, 10_000, seen);
}

test("each level is shown, up and down again", async () => {
  const { context, page } = await open();
  await goTo(page, "overview", "clear");
  assert.deepEqual(await shown(page), { ...CLEAR, local: LOCAL });
  await goTo(page, "statement", "partial");
  const partial = await shown(page);
  assert.equal(partial.iban, "DE•• •••• •••• •••• ••20 51");
  assert.equal(partial.membership, "•••-•••-•897");
  await until("the partial form of a local value", async () => (await shown(page)).local === "DE•• •••• •••• •••• ••30 00");
  await goTo(page, "profile", "fpe");
  const fpe = await shown(page);
  assert.match(fpe.iban, /^DE\d\d( \d{4}){4} \d\d$/);
  assert.notEqual(fpe.iban, CLEAR.iban);
  assert.match(fpe.membership, /^\d{3}-\d{3}-\d{4}$/);
  assert.equal(fpe.local, "••••••", "a page has no key for a pseudonym");
  await goTo(page, "application", "token");
  const token = await shown(page);
  assert.ok(token.iban.startsWith("d1.") && token.membership.startsWith("d1."));
  await goTo(page, "payment", "block");
  assert.ok(Object.values(await shown(page)).every((text) => text === "••••••"));
  await goTo(page, "profile", "fpe");
  assert.deepEqual(await shown(page), fpe, "a pseudonym is the same each time");
  await goTo(page, "overview", "clear");
  assert.deepEqual(await shown(page), { ...CLEAR, local: LOCAL });
  assert.equal(await page.getAttribute("#membership", "data-palet-label"), "Membership number");
  assert.deepEqual(await page.evaluate(() => window.seen.violations), []);
  await context.close();
});

test("nothing of a value is left in the page once it is masked", { timeout: 120_000 }, async () => {
  const { context, page, cdp } = await open();
  const texts = FIELDS.map(({ value }) => value);
  for (const [part, level] of [["support", "redact"], ["statement", "partial"], ["payment", "block"]]) {
    await goTo(page, "overview", "clear");
    assert.deepEqual(await inDocument(page, texts), texts, "the search finds what is shown");
    assert.deepEqual(await inAccessibility(cdp, texts), texts);
    assert.deepEqual(await inScript(cdp, texts), texts);
    await goTo(page, part, level);
    assert.deepEqual(await inDocument(page, texts), [], `document, ${level}`);
    assert.deepEqual(await inAccessibility(cdp, texts), [], `accessibility tree, ${level}`);
    assert.deepEqual(await inScript(cdp, texts), [], `script, ${level}`);
    const { modules, found } = await inWasm(page, [...texts, LOCAL]);
    assert.ok(modules >= 2, `expected both modules, got ${modules}`);
    assert.deepEqual(found, [], `wasm, ${level}`);
  }
  await context.close();
});

test("the search of wasm memory finds what is there", async () => {
  const { context, page } = await open();
  await until("both modules", () => page.evaluate(() => window.wasmMemories.length >= 2));
  await page.evaluate(() => {
    const text = new TextEncoder().encode("a text that was put there • for the test");
    const [memory] = window.wasmMemories;
    new Uint8Array(memory.buffer).set(text, memory.buffer.byteLength - 256);
  });
  const { found } = await inWasm(page, ["there • for the test"]);
  assert.deepEqual(found, ["there • for the test"]);
  await context.close();
});

test("a value that was copied is taken out of the clipboard when it is masked", async () => {
  const { context, page } = await open();
  await goTo(page, "overview", "clear");
  await page.evaluate(() => document.getSelection().selectAllChildren(document.getElementById("iban")));
  await page.keyboard.press("Control+c");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), CLEAR.iban);
  await goTo(page, "support", "redact");
  await until("an empty clipboard", async () => (await page.evaluate(() => navigator.clipboard.readText())) === "");
  await page.evaluate(() => document.getSelection().selectAllChildren(document.getElementById("beside")));
  await page.keyboard.press("Control+c");
  await goTo(page, "overview", "clear");
  await goTo(page, "support", "redact");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "nothing of the bank's");
  await context.close();
});

/** What an event of this kind comes to on an element: whether it was stopped. */
const stopped = (page, type, id) =>
  page.evaluate(([name, at]) => {
    const target = document.getElementById(at);
    document.getSelection().selectAllChildren(target);
    return !target.dispatchEvent(new Event(name, { bubbles: true, cancelable: true, composed: true }));
  }, [type, id]);

test("the policy shuts the doors while a value is shown", async () => {
  const { context, page } = await open();
  await goTo(page, "overview", "clear");
  for (const type of ["copy", "cut", "dragstart", "selectstart"]) assert.equal(await stopped(page, type, "iban"), false, type);
  await goTo(page, "card", "clear");
  await until("shut doors", () => stopped(page, "copy", "iban"));
  for (const type of ["copy", "cut", "dragstart", "selectstart"]) {
    assert.equal(await stopped(page, type, "iban"), true, type);
    assert.equal(await stopped(page, type, "beside"), false, `${type} elsewhere`);
  }
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  assert.deepEqual(await inDocument(page, FIELDS.map(({ value }) => value)), []);
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  assert.equal((await shown(page)).iban, CLEAR.iban);
  await context.close();
});

const found = (page) => page.evaluate(() => window.seen.found.map(({ id, class: name }) => [id, name]));
const dotted = (page, id) =>
  page.evaluate((name) => document.getElementById(name).style.getPropertyValue("-webkit-text-security") === "disc", id);

test("inputs that nobody tagged are found, told without their values, and masked by the policy", async () => {
  const { context, page } = await open();
  await until("what is found", async () => (await found(page)).length >= 3, 10_000, () => found(page));
  assert.deepEqual(await found(page), [["to-iban", "iban"], ["card", "pan"], ["sum", "amount"]]);
  assert.deepEqual(Object.keys((await page.evaluate(() => window.seen.found))[0]).sort(), ["class", "id", "score", "secret"]);
  await page.fill("#to-iban", LOCAL);
  await goTo(page, "overview", "clear");
  assert.equal(await dotted(page, "to-iban"), false);
  await goTo(page, "support", "redact");
  await until("dots", () => dotted(page, "to-iban"));
  assert.equal(await page.inputValue("#to-iban"), LOCAL, "the form still has what was typed");
  assert.equal(await dotted(page, "tagged"), true);
  assert.equal(await dotted(page, "search"), false);
  assert.equal(await dotted(page, "ignored"), false);
  await goTo(page, "payment", "block");
  await until("a locked input", () => page.evaluate(() => document.getElementById("card").readOnly));
  await goTo(page, "overview", "clear");
  await until("an open input", () => page.evaluate(() => !document.getElementById("card").readOnly));
  await page.evaluate(() => {
    const late = Object.assign(document.createElement("input"), { id: "late", name: "sortCode" });
    late.setAttribute("aria-label", "Sort code");
    document.getElementById("transfer").append(late);
  });
  await until("an input that came later", async () => (await found(page)).some(([id]) => id === "late"));
  const answer = await fetch(`${palet.origin}/api/v1/monitoring/metrics`, { headers: { authorization: `Bearer ${palet.key}` } });
  const metrics = await answer.text();
  if (answer.ok) assert.match(metrics, /palet_fields_found_total\{class="pan"\} \d/);
  await context.close();
});

test("a page may be told only, or left alone", async () => {
  const report = await open({ detect: "report" });
  await until("what is found", async () => (await found(report.page)).length >= 3);
  await goTo(report.page, "support", "redact");
  assert.equal(await dotted(report.page, "to-iban"), false);
  assert.equal(await dotted(report.page, "tagged"), true);
  await report.context.close();
  const off = await open({ detect: "off" });
  await goTo(off.page, "statement", "partial");
  await until("the partial form of a local value", async () => (await shown(off.page)).local.startsWith("DE••"));
  assert.deepEqual(await found(off.page), []);
  await off.context.close();
});
