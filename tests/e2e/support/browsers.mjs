/** Real browsers, found where the machine has them; a suite that cannot find one fails and says what to install. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";
import puppeteer from "puppeteer-core";

function find(name, variable, places) {
  const found = [process.env[variable], ...places].find((path) => path && existsSync(path));
  if (!found) throw new Error(`expected ${name}: install it (make setup) or set ${variable}`);
  return found;
}

const CHROMIUM_FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
];

export async function launchChromium() {
  const executablePath = find("Chromium", "CHROMIUM_PATH", ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]);
  return chromium.launch({ executablePath, headless: true, args: CHROMIUM_FLAGS });
}

export async function launchFirefox() {
  const executablePath = find("Firefox", "FIREFOX_PATH", ["/usr/bin/firefox-esr", "/usr/bin/firefox"]);
  const userDataDir = mkdtempSync(join(tmpdir(), "palet-firefox-"));
  const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true, userDataDir });
  const close = browser.close.bind(browser);
  browser.close = async () => {
    await close();
    rmSync(userDataDir, { recursive: true, force: true });
  };
  return browser;
}

/** A DevTools session in which the page is always focused, however many pages there are. */
export async function focusedSession(context, page) {
  const cdp = await context.newCDPSession(page);
  await cdp.send("Emulation.setFocusEmulationEnabled", { enabled: true });
  return cdp;
}
