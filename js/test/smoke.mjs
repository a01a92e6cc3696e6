// The SDK's built files in a real Chromium, without a server of PaLet: what leaves is read by the inspector before it
// would be sealed. Usage: npm run smoke        exit 1 where an expectation fails

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { home, launch, serve } from "../bench/browser.mjs";

const CSP =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
const NO_WASM = CSP.replace(" 'wasm-unsafe-eval'", "");
const OPTIONS = `{ endpoint: "/nowhere", serverKey: "A".repeat(43), token: () => new Promise(() => {}) }`;

const START = `
  import { Palet } from "/sdk/palet.js";
  import { decode } from "/sdk/inspect.js";
  const palet = await Palet.init(${OPTIONS});
  const messages = [];
  palet.inspect(({ bytes }) => messages.push({ hex: [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""), ...decode(bytes) }));
  Object.assign(globalThis, { palet, messages, Palet });
  globalThis.ready = true;
`;

const page = (body, script = "/start.js") =>
  `<!doctype html><html lang="de"><meta charset="utf-8"><title>Smoke</title><body>${body}<script type="module" src="${script}"></script></body></html>`;

const PAGES = {
  "/strict": page(`
    <p><span id="iban" data-palet-field="iban" data-palet-sealed="p1.x">DE•• 00</span>
       <span id="phone" data-palet-field="phone" title="+49 155 0192">+49 155 0192</span></p>
    <input id="open"><input id="password" type="password"><input id="pin" name="customerPin">
    <input id="card" autocomplete="cc-number"><input id="login" data-palet-fixed-text>
    <div id="host"></div>`),
  "/tag": `<!doctype html><html lang="en"><body><span id="v" data-palet-field="iban">DE89370400440532013000</span>
    <script src="/sdk/palet.iife.js" data-endpoint="/nowhere" data-server-key="${"A".repeat(43)}" data-token-url="/token"></script></body></html>`,
};

async function answer(where) {
  if (where.startsWith("/no-wasm")) return { body: PAGES["/strict"], headers: { "content-security-policy": NO_WASM } };
  if (where in PAGES) return { body: PAGES[where] };
  if (where === "/start.js") return { body: START, type: "text/javascript" };
  if (where === "/token") return { body: `{"token":"t"}`, type: "application/json" };
  if (!where.startsWith("/sdk/")) return null;
  const type = where.endsWith(".wasm") ? "application/wasm" : where.endsWith(".json") ? "application/json" : "text/javascript";
  return { body: await readFile(path.join(home, "dist", path.basename(where))), type };
}

const server = await serve(path.join(home, "test"), answer, { "content-security-policy": CSP });
const browser = await launch();
let failed = 0;

async function check(name, where, run) {
  const tab = await browser.newPage();
  const faults = [];
  tab.on("pageerror", (error) => faults.push(error.message));
  tab.on("console", (message) => /Content Security Policy|TrustedHTML/.test(message.text()) && faults.push(message.text()));
  try {
    await tab.goto(server.url + where);
    await run(tab, faults);
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`failed  ${name}\n        ${String(error.stack).split("\n").slice(0, 14).join("\n        ")}`);
  } finally {
    await tab.close();
  }
}

const started = (tab) => tab.waitForFunction(() => globalThis.ready);
const windows = (tab) =>
  tab.evaluate(async () => {
    messages.length = 0;
    await palet.flush();
    return messages.flatMap((message) => message.windows);
  });
const counters = (all) => {
  const sum = { open: 0, secret: 0, fixed: 0, signals: {} };
  for (const window of all.filter(({ kind }) => kind === "context")) {
    sum.open += window.openKeys;
    sum.secret += window.secretKeys;
    sum.fixed += window.fixedTextKeys;
    for (const [name, count] of Object.entries(window.signals)) sum.signals[name] = (sum.signals[name] ?? 0) + count;
  }
  return sum;
};

await check("a strict CSP with Trusted Types is kept, fields are masked before the first frame", "/strict", async (tab, faults) => {
  await started(tab);
  const shown = await tab.evaluate(() => [document.getElementById("iban").textContent, document.getElementById("phone").outerHTML]);
  assert.equal(shown[0], "DE•• 00");
  assert.ok(!shown[1].includes("155"), shown[1]);
  await tab.waitForFunction(() => /verborgen/.test(document.getElementById("phone").ariaLabel));
  assert.deepEqual(faults, []);
});

await check("keys of an open field leave as counts, those of secret fields as totals alone", "/strict", async (tab) => {
  await started(tab);
  await tab.click("#open");
  await tab.keyboard.type("the quick brown fox", { delay: 20 });
  const open = await windows(tab);
  assert.equal(open.filter(({ kind }) => kind === "keystroke").length, 1);
  assert.equal(open.find(({ kind }) => kind === "keystroke").keys, 19);
  for (const id of ["password", "pin", "card"]) {
    await tab.click(`#${id}`);
    await tab.keyboard.type("s3cret77", { delay: 15 });
    const secret = await windows(tab);
    assert.equal(secret.filter(({ kind }) => kind === "keystroke" || kind === "fixed-text").length, 0, id);
    assert.equal(counters(secret).secret, 8, id);
  }
});

await check("a password stays secret when it is shown, also while it has the focus", "/strict", async (tab) => {
  await started(tab);
  await tab.click("#password");
  await tab.keyboard.type("abcd", { delay: 15 });
  await tab.evaluate(() => (document.getElementById("password").type = "text"));
  await tab.keyboard.type("efgh", { delay: 15 });
  assert.equal(counters(await windows(tab)).secret, 8);
});

await check("focus that moves inside a shadow root is seen, a closed root is secret", "/strict", async (tab) => {
  await started(tab);
  await tab.evaluate(() => {
    for (const mode of ["open", "closed"]) {
      const host = document.body.appendChild(document.createElement(`x-${mode}`));
      const root = host.attachShadow({ mode });
      for (const type of ["text", "password"]) {
        const input = root.appendChild(document.createElement("input"));
        input.type = type;
        globalThis[`${mode}_${type}`] = input;
      }
    }
  });
  const type = async (name) => {
    await tab.evaluate((which) => globalThis[which].focus(), name);
    await tab.keyboard.type("abcdefgh", { delay: 15 });
    return counters(await windows(tab));
  };
  assert.equal((await type("open_text")).secret, 0);
  assert.equal((await type("open_password")).secret, 8);
  assert.equal((await type("open_text")).secret, 0);
  assert.equal((await type("closed_text")).secret, 8);
});

await check("a field that opted in leaves its timing in order, and no key", "/strict", async (tab) => {
  await started(tab);
  await tab.click("#login");
  await tab.keyboard.type("customer", { delay: 30 });
  await tab.click("#open");
  await tab.keyboard.type("x");
  const sample = (await windows(tab)).find(({ kind }) => kind === "fixed-text");
  assert.equal(sample.dwellMs.length, 8);
  assert.equal(sample.flightDdMs.length, 7);
});

await check("events that no person caused, paste and filling are counted for what they are", "/strict", async (tab) => {
  await started(tab);
  await tab.click("#open");
  await tab.evaluate(() => {
    const open = document.getElementById("open");
    open.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyA", key: "a", bubbles: true }));
    open.dispatchEvent(new ClipboardEvent("paste", { bubbles: true }));
    const login = document.getElementById("login");
    login.value = "filled";
    login.dispatchEvent(new Event("change", { bubbles: true }));
  });
  const { signals, open } = counters(await windows(tab));
  assert.deepEqual([signals.untrusted, signals.paste, signals.autofill, open], [1, 1, 1, 0]);
});

await check("every sample of the pointer is unfolded, and strokes leave without coordinates", "/strict", async (tab) => {
  await started(tab);
  for (let stroke = 0; stroke < 4; stroke++) {
    for (let step = 0; step < 40; step++) await tab.mouse.move(100 + step * 9, 120 + 40 * Math.sin(step / 6) + stroke * 20);
    await tab.waitForTimeout(700);
  }
  const blocks = (await windows(tab)).filter(({ kind }) => kind === "pointer");
  assert.ok(blocks.length > 0, "a pointer block");
  assert.ok(blocks.reduce((sum, block) => sum + block.samples, 0) > 100);
  assert.equal(blocks[0].strokes[0].features.length, 77);
});

await check("two copies of the SDK are one session, destroy gives the page back, a second start works", "/strict", async (tab) => {
  await started(tab);
  const told = await tab.evaluate(async () => {
    const copy = await import("/sdk/palet.js?copy");
    const same = copy.Palet.current === palet;
    const twice = await copy.Palet.init({ endpoint: "/nowhere", serverKey: "A".repeat(43), token: async () => "" }).catch(({ code }) => code);
    palet.destroy();
    const after = document.body.innerHTML;
    const again = await Palet.init({ endpoint: "/nowhere", serverKey: "A".repeat(43), token: () => new Promise(() => {}) });
    const { state } = again;
    again.destroy();
    return { same, twice, after, state };
  });
  assert.equal(told.same, true);
  assert.equal(told.twice, "already-started");
  assert.ok(!/data-palet-level|aria-label|155/.test(told.after), told.after);
  assert.equal(told.state, "idle");
});

await check("without wasm the page is masked by script alone, and says no-evidence", "/no-wasm", async (tab) => {
  await started(tab);
  const told = await tab.evaluate(async () => [palet.state, await palet.action("pay"), document.getElementById("phone").outerHTML]);
  assert.equal(told[0], "no-evidence");
  assert.equal(told[1].decision, "step-up");
  assert.equal(told[1].reasons[0].code, "palet.no-evidence");
  assert.ok(!told[2].includes("155"), told[2]);
});

await check("an altered wasm file is refused by its hash", "/strict", async (tab) => {
  await started(tab);
  const told = await tab.evaluate(async () => {
    palet.destroy();
    const { Palet } = await import("/sdk/palet.js?altered");
    const altered = await Palet.init({
      endpoint: "/nowhere", serverKey: "A".repeat(43), token: async () => "", wasmUrl: "/sdk/palet.js" });
    return altered.state;
  });
  assert.equal(told, "no-evidence");
});

await check("a classic script tag starts by its attributes", "/tag", async (tab) => {
  await tab.waitForFunction(() => globalThis.Palet?.current && Palet.current.state !== "idle");
  assert.equal(await tab.evaluate(() => document.getElementById("v").textContent), "••••••");
});

await browser.close();
await server.close();
process.exit(failed === 0 ? 0 : 1);
