/** Moves a recorded pointer over a page: trusted input, with the recorded times. */
import { setTimeout as sleep } from "node:timers/promises";

const TYPES = { move: "mouseMoved", down: "mousePressed", up: "mouseReleased" };
/** How often the page is looked at. **Units**: events. */
const WATCHED_EVERY = 24;
/** Events that the browser has not answered yet, at most. */
const IN_FLIGHT_MAX = 8;

/**
 * Moves the pointer of a Chromium page, through the DevTools protocol. Every button is the left one: the page is not
 * told which, and another would open the browser's own menus.
 *
 * Each event carries its recorded time, so that a busy machine delays what is seen, never what is measured.
 * `watch()` is asked now and then; moving ends when it answers true. Answers with the recorded seconds that were played.
 */
export async function moveInChromium(cdp, moves, watch = async () => false) {
  const began = Date.now() / 1000 + 0.05;
  let isDown = false;
  let played = 0;
  const inFlight = [];
  for (const [index, [at, event, x, y]] of moves.entries()) {
    const timestamp = began + (at - moves[0][0]) / 1e6;
    const wait = timestamp * 1000 - Date.now();
    if (wait > 1) await sleep(wait);
    if (event !== "move") isDown = event === "down";
    inFlight.push(cdp.send("Input.dispatchMouseEvent", {
      type: TYPES[event], x, y, timestamp, button: event === "move" && !isDown ? "none" : "left", buttons: isDown ? 1 : 0,
      clickCount: event === "move" ? 0 : 1,
    }));
    if (inFlight.length >= IN_FLIGHT_MAX) await inFlight.shift();
    played = (at - moves[0][0]) / 1e6;
    if (index % WATCHED_EVERY === 0 && (await watch())) break;
  }
  await Promise.all(inFlight);
  return played;
}
