/** What a page shows, as a test asks for it. */
import { setTimeout as sleep } from "node:timers/promises";

import { VALUES } from "./bank.mjs";

/** The level and text of each field of the account. Works in Playwright and Puppeteer alike. */
export function look(page) {
  return page.evaluate(
    (ids) => Object.fromEntries(ids.map((id) => {
      const element = document.getElementById(id);
      return [id, { level: element?.getAttribute("data-palet-level"), text: element?.textContent ?? "" }];
    })),
    VALUES.map(({ reference }) => reference),
  );
}

/** Whether every field shows its clear value. */
export async function allClear(page) {
  const shown = await look(page);
  return VALUES.every(({ reference, value }) => shown[reference].text === value);
}

/** Whether no field shows its clear value. */
export async function allMasked(page) {
  const shown = await look(page);
  return VALUES.every(({ reference, value }) => !shown[reference].text.includes(value));
}

/** Whether any clear value stands anywhere in the document: text, attributes, values, what screen readers get. */
export function leaks(page) {
  return page.evaluate((values) => {
    const html = document.documentElement.outerHTML;
    const inputs = [...document.querySelectorAll("input,textarea")].map((input) => input.value).join("\n");
    return values.filter((value) => html.includes(value) || inputs.includes(value));
  }, VALUES.map(({ value }) => value));
}

/** Waits until `question` answers true. Throws with what was seen last. */
export async function until(what, question, ms = 15_000, detail = async () => "") {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    if (await question()) return;
    await sleep(100);
  }
  throw new Error(`expected ${what} within ${ms} ms; ${JSON.stringify(await detail())}`);
}

export const state = (page) => page.evaluate(() => window.palet?.state);

/** Waits until the page is live and shows everything. */
export async function becomesClear(page) {
  const detail = async () => ({ fields: await look(page), seen: await page.evaluate(() => window.seen) });
  await until("every field in clear", () => allClear(page), 15_000, detail);
}
