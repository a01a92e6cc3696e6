// Screenshots of every page of a running demonstration, wide and narrow, light and dark, for looking at and for the docs.
// Says what a browser complains about and where a page is wider than its window; exits 1 where there was either.
//
//   npm run look -- [address] [folder]        CHROMIUM=/path/to/chromium where it is not /usr/bin/chromium

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [address = "http://127.0.0.1:8420", folder = "look"] = process.argv.slice(2);
const VIEWS = [
  { name: "wide-light", width: 1280, height: 800, colorScheme: "light" },
  { name: "wide-dark", width: 1280, height: 800, colorScheme: "dark" },
  { name: "narrow-light", width: 390, height: 844, colorScheme: "light" },
  { name: "narrow-dark", width: 390, height: 844, colorScheme: "dark" },
];
const FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const SETTLE_MS = 1_500;
const KEY_MS = 60;

const faults = [];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS.split(" ") });
await mkdir(folder, { recursive: true });
for (const view of VIEWS) await lookAt(view);
await browser.close();
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function lookAt({ name, width, height, colorScheme }) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(`${name}: ${error.message}`));
  page.on("console", (message) => {
    // Nobody is signed in at first, which the browser reports as a failed request.
    if (message.type() === "error" && !message.text().includes("401")) faults.push(`${name}: ${message.text()}`);
  });
  const shoot = async (what) => {
    await page.waitForTimeout(SETTLE_MS);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > width) faults.push(`${name}: ${what} is ${wide} px wide`);
    await page.screenshot({ path: join(folder, `${what}-${name}.png`) });
  };
  await walk(page, shoot);
  await context.close();
}

async function walk(page, shoot) {
  await page.goto(`${address}/`);
  await shoot("welcome");
  await page.goto(`${address}/open`);
  await shoot("open");
  await page.goto(`${address}/login`);
  await page.waitForSelector(".person");
  await shoot("login");
  await page.click("main button:has-text('Continue')");
  await page.waitForSelector("#passphrase");
  await shoot("phrase");
  await page.locator("#passphrase").pressSequentially((await page.textContent("#phrase")).trim(), { delay: KEY_MS });
  await page.locator("#password").pressSequentially("anything", { delay: KEY_MS });
  await page.click("main button:has-text('Sign in')");
  await page.waitForSelector("h1:has-text('Good day'), h1:has-text('Get to know')");
  for (const path of ["accounts", "cards", "transfer", "profile", "enrol", "replay", "react.html", "plain.html", "nowhere"]) {
    await page.goto(`${address}/${path}`);
    await shoot(path.replace(".html", ""));
  }
  await page.goto(`${address}/accounts`);
  await page.waitForTimeout(SETTLE_MS);
  for (const tab of ["risk", "leaves", "replay"]) {
    if (await page.isVisible(".dockbar [aria-expanded=false]")) await page.click(".dockbar button");
    await page.click(`#tab-${tab}`);
    await shoot(`dock-${tab}`);
  }
}
