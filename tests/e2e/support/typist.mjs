/** Types recorded keys into a page: trusted input, with the recorded times. */
import { setTimeout as sleep } from "node:timers/promises";

import { browserKey } from "./keys.mjs";

/** Presses and releases in the order of time. */
function moments(keys) {
  const all = keys.flatMap(([name, press, release]) => [
    { name, at: press, down: true },
    { name, at: release, down: false },
  ]);
  return all.sort((a, b) => a.at - b.at || Number(a.down) - Number(b.down));
}

/**
 * Types into whatever has the focus of a Chromium page, through the DevTools protocol.
 *
 * Each event carries its recorded time, so that a busy machine delays what is seen, never what is measured.
 * `watch(pressed)` is asked after every eighth key; typing ends when it answers true. Answers with the keys pressed.
 */
export async function typeInChromium(cdp, keys, watch = async () => false) {
  const began = Date.now() / 1000 + 0.05;
  const first = keys[0][1];
  let pressed = 0;
  for (const { name, at, down } of moments(keys)) {
    const timestamp = began + (at - first) / 1e6;
    const wait = timestamp * 1000 - Date.now();
    if (wait > 1) await sleep(wait);
    const { code, key, text, vk } = browserKey(name);
    const type = down ? (text ? "keyDown" : "rawKeyDown") : "keyUp";
    await cdp.send("Input.dispatchKeyEvent", {
      type, code, key, timestamp, windowsVirtualKeyCode: vk, ...(down && text ? { text, unmodifiedText: text } : {}),
    });
    if (down) {
      pressed += 1;
      if (pressed % 8 === 0 && (await watch(pressed))) return pressed;
    }
  }
  return pressed;
}

/** Types into whatever has the focus of a Firefox page: WebDriver's own clock, so times are good to a few ms. */
export async function typeInFirefox(page, keys, watch = async () => false) {
  const began = Date.now() + 50;
  const first = keys[0][1];
  let pressed = 0;
  for (const { name, at, down } of moments(keys)) {
    const wait = began + (at - first) / 1000 - Date.now();
    if (wait > 1) await sleep(wait);
    const { key } = browserKey(name);
    if (down) {
      await page.keyboard.down(key);
      pressed += 1;
      if (pressed % 8 === 0 && (await watch(pressed))) return pressed;
    } else {
      await page.keyboard.up(key);
    }
  }
  return pressed;
}
