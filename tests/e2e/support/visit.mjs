/** A visit to the demonstration bank: signing in as a newcomer does, what the pages show, the customer's passkey. */
import { focusedSession } from "./browsers.mjs";
import { until } from "./screen.mjs";
import { typeInChromium } from "./typist.mjs";

/** A page of its own, always focused. `faults` collects what the page throws and what its policy refuses. */
export async function visit(browser, origin, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && /Content Security Policy|Trusted/i.test(message.text())) faults.push(message.text());
  });
  const cdp = await focusedSession(context, page);
  await page.goto(`${origin}/`);
  return { context, page, cdp, faults };
}

/** Types the phrase and a password, both in the hand that `write` has, and waits for the page after. */
export async function provePhrase({ page, cdp }, write) {
  await page.waitForSelector("#passphrase");
  await page.focus("#passphrase");
  await typeInChromium(cdp, write((await page.textContent("#phrase")).trim()));
  await page.focus("#password");
  await typeInChromium(cdp, write("some password"));
  await page.click("main button:has-text('Sign in')");
  await page.waitForSelector("h1:has-text('Good day'), h1:has-text('Get to know')");
}

/** Signs in as a seeded customer. */
export async function signIn(visited, origin, write = evenly) {
  const { page } = visited;
  await page.goto(`${origin}/login`);
  await page.waitForSelector(".person");
  await page.click("main button:has-text('Continue')");
  await provePhrase(visited, write);
}

/** A text typed without habits, as keys with times. */
export function evenly(text) {
  return [...text].map((sign, at) => [sign === " " ? "space" : sign, at * 110_000, at * 110_000 + 70_000]);
}

/** The levels of the fields of a class. */
export const levels = (page, name = "iban") =>
  page.$$eval(`main [data-palet-field='${name}']:not(input)`, (fields) => fields.map((field) => field.getAttribute("data-palet-level")));

const ORDER = ["clear", "partial", "fpe", "token", "redact", "block"];
const rank = (level) => (level === null ? ORDER.length : ORDER.indexOf(level));

/** The least masked level of a class; `null` while there is none. */
export async function openest(page, name = "iban") {
  const all = await levels(page, name);
  return all.length === 0 ? null : all.reduce((a, b) => (rank(b) < rank(a) ? b : a));
}

export const isClear = async (page) => (await levels(page)).length > 0 && (await levels(page)).every((level) => level === "clear");
export const isHidden = async (page) => (await levels(page)).length > 0 && (await levels(page)).every((level) => rank(level) >= rank("redact"));

/** Waits until every IBAN stands there in clear. */
export const becomesClear = (page) => until("IBANs in clear", () => isClear(page), 30_000, () => levels(page));

/** Gives the browser an authenticator of its own, whose owner is there. Answers with a handle to change it. */
export async function giveAuthenticator(cdp) {
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    /** Whether finger, face or PIN is right. */
    verifies: (isUserVerified) => cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
    credentials: async () => (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
  };
}

/** Plays a recording into the visit's session, as the panel's button does. */
export const play = (page, stream, speed) =>
  page.evaluate(
    ([name, factor]) => fetch("/bank/api/replay", {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ stream: name, speed: factor }),
    }).then((answer) => answer.status),
    [stream, speed],
  );

/** An answer of the bank's own interface, as the page would get it. */
export const ask = (page, path) => page.evaluate((to) => fetch(`/bank/api${to}`).then((answer) => answer.json()), path);

/** A picture, where somebody wants pictures: `PALET_SHOTS=folder`. */
export async function shoot(page, name) {
  if (process.env.PALET_SHOTS) await page.screenshot({ path: `${process.env.PALET_SHOTS}/${name}.png` });
}
