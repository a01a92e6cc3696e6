// Added main-thread CPU per pointer sample and per key, in real Chromium: an empty page, a bare typed-array ring, the
// SDK. The three take turns in many short rounds; a figure is the median over rounds of the difference to the empty page.
// The SDK's session waits for its token all the while: what is measured is capture and features, not the network.
//
// The browser hands over as many samples an event as come while it is busy, and an event costs much more than a sample:
// a page that by chance got fewer events would look cheap. So events are counted, and both costs are told for the same
// number of them.
//
// Usage: node bench/bench.mjs [rounds] [dist]     writes target/measured/bench-sdk.json; exit 1 beyond the limit

import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { home, launch, serve } from "./browser.mjs";

const LIMIT = 1.1;
const dist = path.resolve(process.argv[3] ?? path.join(home, "dist"));
const ROUNDS = Number(process.argv[2] ?? 101);
const MOVES = 500;
const KEYS = 100;
const LETTERS = "thequickbrownfoxjumpsoverthelazydog";

const VARIANTS = {
  empty: "",
  ring: 'import "/ring.js";',
  sdk: `import { Palet } from "/sdk/palet.js";
    const palet = await Palet.init({
      endpoint: "/nowhere", serverKey: "A".repeat(42) + "E", token: () => new Promise(() => {}), consent: "full" });
    globalThis.palet = palet;`,
};

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/**
 * What a round with this share of events would cost, by the line through all rounds whose slope is the median of the
 * slopes between any two (Theil and Sen): a round that something else has disturbed does not turn it.
 */
function costAt(share, rounds) {
  const slopes = rounds.flatMap((one, at) =>
    rounds.slice(at + 1).filter((other) => other.share !== one.share)
      .map((other) => (other.cost - one.cost) / (other.share - one.share)));
  const slope = slopes.length ? median(slopes) : 0;
  return median(rounds.map((round) => round.cost + slope * (share - round.share)));
}

async function open(browser, url) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(url);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  return { page, cdp };
}

/** CPU seconds of the page's main thread so far. */
async function spent({ cdp }) {
  const { metrics } = await cdp.send("Performance.getMetrics");
  const of = (name) => metrics.find((metric) => metric.name === name).value;
  return { task: of("TaskDuration"), script: of("ScriptDuration") };
}

async function moves({ cdp }, count) {
  for (let at = 0; at < count; at += 20) {
    const burst = [];
    for (let i = at; i < Math.min(at + 20, count); i++) {
      const x = 200 + 400 * (1 + Math.sin(i / 60)) + (i % 3);
      const y = 200 + 150 * (1 + Math.cos(i / 47));
      burst.push(cdp.send("Input.dispatchMouseEvent", { type: "mouseMoved", x, y }));
    }
    await Promise.all(burst);
  }
}

async function keys({ page, cdp }, count) {
  await page.evaluate(() => {
    // A key in a text field costs a layout, whose jitter drowns what a listener costs.
    document.getElementById("keys").focus();
  });
  for (let at = 0; at < count; at++) {
    const letter = LETTERS[at % LETTERS.length];
    const key = { key: letter, code: `Key${letter.toUpperCase()}`, windowsVirtualKeyCode: letter.toUpperCase().charCodeAt(0) };
    await Promise.all([
      cdp.send("Input.dispatchKeyEvent", { type: "keyDown", text: letter, ...key }),
      cdp.send("Input.dispatchKeyEvent", { type: "keyUp", ...key }),
    ]);
  }
}

/** Microseconds of CPU per sample or key, and the events among which the samples came, as a share of the samples. */
async function measure(target, work, count) {
  await target.page.bringToFront();
  await target.page.evaluate(() => void (globalThis.moves = 0));
  const before = await spent(target);
  await work(target, count);
  await target.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 20))));
  const after = await spent(target);
  const share = (await target.page.evaluate(() => globalThis.moves)) / count;
  const each = (name) => ((after[name] - before[name]) * 1e6) / count;
  return { task: each("task"), script: each("script"), share };
}

const files = {};
for (const [name, script] of Object.entries(VARIANTS)) files[`/${name}/variant.js`] = script;
const html = await readFile(path.join(home, "bench/page.html"), "utf8");
const server = await serve(path.join(home, "bench"), async (where) => {
  if (where in files) return { body: files[where], type: "text/javascript" };
  if (/^\/\w+\/$/.test(where)) return { body: html };
  if (where.startsWith("/sdk/")) {
    const type = where.endsWith(".wasm") ? "application/wasm" : "text/javascript";
    return { body: await readFile(path.join(dist, path.basename(where))), type };
  }
  return null;
});
const browser = await launch();
const targets = {};
for (const name of Object.keys(VARIANTS)) targets[name] = await open(browser, `${server.url}/${name}/`);
await targets.sdk.page.waitForFunction(() => globalThis.palet);

const KINDS = [
  ["pointer sample", moves, MOVES],
  ["key", keys, KEYS],
];
const rows = [];

/**
 * Both pages run one listener per event, so that what differs is the script's own time: that is bounded. The time of
 * whole tasks holds the browser's own work as well, whose jitter is larger than what is measured; it is told beside it.
 */
function report(name, costs, limit) {
  const share = median([...costs.ring, ...costs.sdk].map((round) => round.share));
  const [peer, ours] = [costAt(share, costs.ring), costAt(share, costs.sdk)];
  const ratio = ours / peer;
  rows.push({ name, ours, peer, ratio, unit: "µs", limit, holds: limit === null || ratio <= limit });
  const bound = limit === null ? "" : ` (limit ${limit})`;
  console.log(`${name.padEnd(52)} ring ${peer.toFixed(2)} µs   sdk ${ours.toFixed(2)} µs   ratio ${ratio.toFixed(2)}${bound}`);
}

for (const [kind, work, count] of KINDS) {
  const added = { ring: [], sdk: [] };
  const script = { ring: [], sdk: [] };
  for (const name of Object.keys(targets)) await measure(targets[name], work, count);
  for (let round = 0; round < ROUNDS; round++) {
    const cost = {};
    const order = round % 2 ? ["sdk", "ring", "empty"] : ["empty", "ring", "sdk"];
    for (const name of order) cost[name] = await measure(targets[name], work, count);
    for (const name of ["ring", "sdk"]) {
      const { share } = cost[name];
      added[name].push({ cost: cost[name].task - cost.empty.task, share });
      script[name].push({ cost: cost[name].script - cost.empty.script, share });
    }
  }
  report(`main-thread CPU added per ${kind}, in script`, script, LIMIT);
  report(`main-thread CPU added per ${kind}, whole tasks`, added, null);
}
const state = await targets.sdk.page.evaluate(() => palet.state);
await browser.close();
await server.close();

const folder = path.join(home, "../target/measured");
await mkdir(folder, { recursive: true });
await writeFile(path.join(folder, "bench-sdk.json"), `${JSON.stringify(rows)}\n`);
if (state === "no-evidence" || state === "ended") {
  console.error(`expected a running session in the SDK's page, got ${state}`);
  process.exit(1);
}
process.exit(rows.every((row) => row.holds) ? 0 : 1);
