/**
 * The whole of what a newcomer does at the demonstration bank, by one person's recorded hands and then another's: opens an
 * account, is learnt on the guided page, sets a passkey up, sees the accounts in clear, is followed by a stranger at the
 * same keyboard, is asked to prove who is there, and proves it.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { faultsOf } from "../support/axe.mjs";
import { launchChromium } from "../support/browsers.mjs";
import { Arm, handOf } from "../support/hand.mjs";
import { startDemo } from "../support/palet.mjs";
import { RECORDED, everybody } from "../support/people.mjs";
import { until } from "../support/screen.mjs";
import { typeInChromium } from "../support/typist.mjs";
import { ask, becomesClear, giveAuthenticator, isClear, isHidden, levels, openest, provePhrase, shoot, visit } from "../support/visit.mjs";

const ENTRIES = 5;
/** What a hand needs to begin anew. */
const BETWEEN_ENTRIES_MS = 400;
const TARGETS = 44;
/** What the owner types on the guided page, and what of the same sitting is left for the accounts. */
const ENROLLED_KEYS = 330;
const OWNERS_KEYS = 160;
const STRANGERS_KEYS_MAX = 500;
let demo, browser, visited, owner, stranger, key;

before(async () => {
  demo = await startDemo();
  browser = await launchChromium();
  visited = await visit(browser, demo.named);
  key = await giveAuthenticator(visited.cdp);
  // One sitting of 330 keys is a thin reference: after it most of the recorded people stay clear, and some do not. How
  // many is for the takeover suite and the evaluation to say; here a quick typist plays for whom it is enough.
  const people = everybody();
  [owner, stranger] = [people.at(-1), people[2]];
  console.log(RECORDED ? "recorded people" : "generated typists (no corpus beside the project)");
}, { timeout: 60_000 });

after(async () => {
  await browser?.close();
  await demo?.stop();
});

const centre = async (locator) => {
  const box = await locator.boundingBox();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};

/** One step of the pointer's course, whatever it asks for. */
async function doTask(page, arm) {
  const target = page.locator(".course .target");
  if (await target.count()) {
    const { x, y } = await centre(target);
    return arm.click(x, y);
  }
  return arm.drag(await centre(page.locator(".course .parcel")), await centre(page.locator(".course .place")));
}

test("a newcomer opens an account and is learnt on the guided page", { timeout: 400_000 }, async () => {
  const { page, cdp } = visited;
  const write = handOf(owner);
  await page.click("text=Open an account");
  await page.fill("#customer-name", "Robin");
  await page.click("main button:has-text('Open the account')");
  await provePhrase(visited, write);
  await page.waitForSelector("h1:has-text('Get to know')");
  for (let entry = 0; entry < ENTRIES; entry += 1) {
    await page.focus("#enrol-phrase-input");
    await typeInChromium(cdp, write(`${(await page.textContent("#enrol-phrase")).trim()}\n`));
    await page.waitForTimeout(BETWEEN_ENTRIES_MS);
  }
  await page.waitForSelector("text=Good. Once more?");
  await page.focus("#typing");
  await typeInChromium(cdp, owner.sessions[0].slice(0, ENROLLED_KEYS));
  await shoot(page, "enrol-typed");
  await page.locator(".course").scrollIntoViewIfNeeded();
  await page.locator(".course").evaluate((course) => course.scrollIntoView({ block: "center", behavior: "instant" }));
  const arm = new Arm(cdp);
  for (let step = 0; step < TARGETS; step += 1) await doTask(page, arm);
  await shoot(page, "enrol-pointed");
  const seen = await ask(page, "/risk");
  assert.equal(seen.band, "calm", `nothing speaks against a person on the guided page: ${JSON.stringify(seen.reasons)}`);
  await page.click("text=Learn from this session");
  await page.waitForSelector("h2:has-text('That was it')", { timeout: 30_000 });
  const known = await ask(page, "/enrolment");
  console.log(`learnt: ${known.keys.have} keys, ${known.pointer.have} strokes, ${known.fixed_text.have} entries`);
  assert.equal(known.keys.trained, true, JSON.stringify(known));
  assert.ok(known.pointer.have >= 40 && known.fixed_text.have >= ENTRIES, JSON.stringify(known));
  await shoot(page, "enrol-learnt");
});

test("the newcomer sets a passkey up", async () => {
  const { page } = visited;
  await page.click("text=Set up a passkey");
  await page.waitForSelector("text=Your passkey is set up.");
  assert.equal((await key.credentials()).length, 1);
  assert.equal((await ask(page, "/me")).passkeys.count, 1);
});

test("the accounts stand there in clear, and stay so while their owner types on", { timeout: 120_000 }, async () => {
  const { page, cdp } = visited;
  await page.click("text=Go to your accounts");
  await becomesClear(page);
  await page.focus("#message");
  const more = owner.sessions[0].slice(ENROLLED_KEYS, ENROLLED_KEYS + OWNERS_KEYS);
  const typed = await typeInChromium(cdp, more, async () => !(await isClear(page)));
  await shoot(page, "owner-clear");
  const { risk } = await ask(page, "/risk");
  console.log(`the owner's risk after ${typed} keys: ${risk.toFixed(2)}`);
  assert.equal(typed, OWNERS_KEYS, `masked after ${typed} of the owner's keys: ${await levels(page)}`);
});

test("a stranger at the same keyboard sees partial masks, then none of it; the panel says why", { timeout: 240_000 }, async () => {
  const { page, cdp } = visited;
  const clear = (await page.textContent("main [data-palet-field='iban']")).trim();
  const stages = [];
  await page.focus("#message");
  const watch = async () => {
    const level = await openest(page);
    if (stages.at(-1)?.level !== level) stages.push({ level });
    return isHidden(page);
  };
  const keys = await typeInChromium(cdp, stranger.sessions[0].slice(0, STRANGERS_KEYS_MAX), watch);
  await until("redacted fields", () => isHidden(page), 10_000, () => levels(page));
  console.log(`hidden after ${keys} of the stranger's keys: ${stages.map(({ level }) => level).join(" → ")}`);
  await shoot(page, "stranger-hidden");
  assert.deepEqual(await faultsOf(page, "hidden"), []);
  assert.ok(!(await page.content()).includes(clear), "the clear IBAN is gone from the page");
  assert.match(await page.textContent("[role='tabpanel'] .why"), /typ|key|rhythm/i, "a reason in words");
  const drawn = await page.$$eval(".curve__line", (lines) => lines.map((line) => line.getAttribute("class")));
  assert.ok(drawn.some((name) => /high|severe/.test(name)), `the curve rises: ${drawn}`);
});

test("a step-up that is cancelled or fails leaves everything masked, and says so", async () => {
  const { page } = visited;
  await page.click("text=Prove that it is you");
  await key.verifies(false);
  await page.click("text=Confirm with your passkey");
  await page.waitForSelector("dialog :text('stays masked')", { timeout: 20_000 });
  await shoot(page, "step-up-failed");
  assert.deepEqual(await faultsOf(page, "step-up"), []);
  assert.ok(await isHidden(page));
  await page.click("dialog >> text=Not now");
  await page.waitForSelector("main :text('Not confirmed')");
  assert.ok(await isHidden(page));
  await key.verifies(true);
});

test("the transfer asks for proof; the passkey gives it, and the masks come down", { timeout: 60_000 }, async () => {
  const { page, faults } = visited;
  await page.click("nav >> text=Transfer");
  await page.waitForSelector("h1:has-text('Transfer')");
  const fill = async () => {
    await page.fill("#to-name", "Corner Grocery");
    await page.fill("#to-iban", "GB82 WEST 1234 5698 7654 32");
    await page.fill("#amount", "12.50");
    await page.click("text=Send the money");
  };
  await page.waitForTimeout(1_500);
  await shoot(page, "transfer-asks");
  const dialog = page.locator("dialog[open]");
  const locked = page.locator("main :text('This form is locked')");
  const denied = page.locator("main :text('We cannot make this transfer now')");
  if (!(await locked.isVisible())) await fill();
  await dialog.or(denied).or(locked).first().waitFor();
  // Where the risk is severe the form is locked or the transfer refused, and the page's own question opens the dialog.
  const refused = !(await dialog.isVisible());
  console.log(refused ? "the transfer is refused until a proof" : "the transfer asks for a proof");
  if (refused) await page.click("text=Prove that it is you");
  await dialog.waitFor();
  await shoot(page, "step-up");
  await page.click("text=Confirm with your passkey");
  await dialog.waitFor({ state: "detached" });
  if (refused) {
    await locked.waitFor({ state: "detached" });
    await fill();
  }
  await page.waitForSelector("text=Done: the transfer is booked.");
  await shoot(page, "transfer-done");
  await page.click("nav >> text=Accounts");
  await becomesClear(page);
  await shoot(page, "proved-clear");
  const me = await ask(page, "/me");
  assert.ok(me.step_up_passed_at_ms > 0, "the bank has noted the proof");
  const proofs = demo.run("audit", "export").split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const outcomes = proofs.filter(({ action }) => action === "step-up").map(({ outcome }) => outcome);
  assert.ok(outcomes.includes("failed") && outcomes.at(-1) === "done", `the audit log has each proof: ${outcomes}`);
  demo.run("audit", "verify");
  assert.deepEqual(faults, []);
});
