/** Texts in a person's hand, and a pointer that moves as arms do: what a recorded person does at a page of ours. */
import { setTimeout as sleep } from "node:timers/promises";

const LEFT = new Set("qwertasdfgzxcvb");
const FLIGHT_US_MAX = 1_500_000;
/** A key that is held longer is held for something else than a letter. */
const DWELL_US_MAX = 250_000;
const UP_US_MIN = 20_000;

const classOf = (key) => (key === "space" || key === " " ? "space" : LEFT.has(key) ? "left" : /^[a-z]$/.test(key) ? "right" : "other");

/**
 * How a recorded person types other texts: each dwell and each flight is one that they recorded for the same class or pair
 * of classes, in turn.
 */
export function handOf(person) {
  const dwells = new Pool();
  const flights = new Pool();
  for (const keys of person.sessions) {
    keys.forEach(([name, press, release], at) => {
      if (release - press < DWELL_US_MAX) dwells.put(classOf(name), release - press);
      const before = keys[at - 1];
      if (before && press - before[1] < FLIGHT_US_MAX) flights.put(classOf(before[0]) + classOf(name), press - before[1]);
    });
  }
  return (text) => {
    let at = 0;
    const free = new Map();
    return [...text.toLowerCase()].map((sign, index) => {
      if (index > 0) at += flights.take(classOf(text[index - 1].toLowerCase()) + classOf(sign)) ?? 180_000;
      const name = sign === " " ? "space" : sign === "\n" ? "enter" : sign;
      // No key goes down again before it came up.
      at = Math.max(at, free.get(name) ?? 0);
      // An entry that is sent while its last letter is held is let go, as its release is unknown; here each one shall count.
      if (sign === "\n") at = Math.max(at, ...free.values());
      const release = at + (dwells.take(classOf(sign)) ?? 90_000);
      free.set(name, release + UP_US_MIN);
      return [name, at, release];
    });
  };
}

/** Recorded values by name, handed out in turn. */
class Pool {
  #values = new Map();

  put(name, value) {
    if (!this.#values.has(name)) this.#values.set(name, { list: [], next: 0 });
    this.#values.get(name).list.push(value);
  }

  take(name) {
    const found = this.#values.get(name);
    return found?.list[found.next++ % found.list.length];
  }
}

const FRAME_MS = 10;

/** An arm with a pointer: aims with a bow, a little short or far, and corrects. Times are the events' own. */
export class Arm {
  #at = { x: 400, y: 300 };
  #held = false;

  constructor(cdp, seed = 7) {
    this.cdp = cdp;
    this.random = lcg(seed);
  }

  /** Moves onto a place, in one reach and a correction. */
  async reach(x, y) {
    const far = Math.hypot(x - this.#at.x, y - this.#at.y);
    const off = far * 0.06 * this.#normal();
    await this.#stroke(x + off, y + 0.7 * off, 260 + 130 * Math.log2(1 + far / 40));
    await sleep(60 + 60 * this.random());
    await this.#stroke(x + this.#normal(), y + this.#normal(), 140 + 60 * this.random());
  }

  async click(x, y) {
    await this.reach(x, y);
    await sleep(80 + 60 * this.random());
    await this.#button("mousePressed");
    await sleep(70 + 50 * this.random());
    await this.#button("mouseReleased");
  }

  async drag(from, to) {
    await this.reach(from.x, from.y);
    await this.#button("mousePressed");
    this.#held = true;
    await sleep(90);
    await this.reach(to.x, to.y);
    this.#held = false;
    await this.#button("mouseReleased");
  }

  #button(type) {
    const { x, y } = this.#at;
    return this.cdp.send("Input.dispatchMouseEvent", { type, x, y, button: "left", buttons: type === "mousePressed" ? 1 : 0, clickCount: 1 });
  }

  async #stroke(x, y, ms) {
    const from = { ...this.#at };
    const bow = 0.05 * this.#normal() * Math.hypot(x - from.x, y - from.y);
    const length = Math.max(1, Math.hypot(x - from.x, y - from.y));
    const across = { x: -(y - from.y) / length, y: (x - from.x) / length };
    const lean = 0.85 + 0.3 * this.random();
    const began = Date.now();
    for (let frame = 1; frame * FRAME_MS <= ms; frame += 1) {
      const t = ((frame * FRAME_MS) / ms) ** lean;
      const way = t ** 3 * (10 - 15 * t + 6 * t * t);
      const side = bow * Math.sin(Math.PI * way);
      this.#at = {
        x: from.x + (x - from.x) * way + across.x * side + 0.4 * this.#normal(),
        y: from.y + (y - from.y) * way + across.y * side + 0.4 * this.#normal(),
      };
      const due = began + frame * FRAME_MS;
      if (due > Date.now()) await sleep(due - Date.now());
      await this.cdp.send("Input.dispatchMouseEvent", {
        type: "mouseMoved", ...this.#at, timestamp: due / 1000, button: this.#held ? "left" : "none", buttons: this.#held ? 1 : 0,
      });
    }
  }

  #normal() {
    return Math.sqrt(-2 * Math.log(this.random() + 1e-9)) * Math.cos(2 * Math.PI * this.random());
  }
}

function lcg(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
