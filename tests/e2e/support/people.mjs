/**
 * People whose typing was recorded, or, where no corpus is there, typists made here.
 *
 * A person is `{ id, sessions: [[name, press_us, release_us], …][] }`; times begin at 0 in each session.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const DATA = process.env.PALET_DATA ?? join(ROOT, "../shared/data");
const CORPUS = join(DATA, "corpora/monaco-free/events.csv.gz");
const POINTER_CORPUS = join(DATA, "corpora/sapimouse/events.csv.gz");

/** Long pauses are cut to this: longer than any transition that is compared, short enough to wait for. */
const PAUSE_US = 2_500_000;

/** Whether recorded people are there; the tests say which kind they used. */
export const RECORDED = existsSync(CORPUS);

/** Everybody, in the order of the file. */
export function everybody() {
  return RECORDED ? recorded() : Array.from({ length: 25 }, (_, at) => madeUp(at));
}

/**
 * People whose pointer was recorded, none where no corpus is there: `{ id, sessions: [[t_us, event, x, y], …][] }`. The
 * first session is the one that the corpus enrols.
 */
export function everyPointer() {
  if (!existsSync(POINTER_CORPUS)) return [];
  const people = sessionsOf(POINTER_CORPUS, ([at, event, , x, y]) => [Number(at), event, Number(x), Number(y)], true);
  return people.map(({ id, sessions }) => ({ id, sessions: sessions.map(fromZero) }));
}

const fromZero = (moves) => moves.map(([at, ...rest]) => [at - moves[0][0], ...rest]);

function recorded() {
  const people = sessionsOf(CORPUS, ([key, press, release]) => [key, Number(press), Number(release)]);
  return people.map(({ id, sessions }) => ({ id, sessions: sessions.map(shortenPauses) }));
}

/** The sessions of each subject of a corpus, their rows read by `read`. */
function sessionsOf(file, read) {
  const people = new Map();
  for (const line of gunzipSync(readFileSync(file)).toString("utf8").split("\n").slice(1)) {
    const [subject, session, ...row] = line.split(",");
    if (!subject) continue;
    if (!people.has(subject)) people.set(subject, new Map());
    const sessions = people.get(subject);
    if (!sessions.has(session)) sessions.set(session, []);
    sessions.get(session).push(read(row));
  }
  return [...people].map(([id, sessions]) => ({ id, sessions: [...sessions.values()] }));
}

/** The same keys with the same timing, pauses cut. */
function shortenPauses(keys) {
  let shift = keys[0][1];
  let before = keys[0][1];
  return keys.map(([name, press, release]) => {
    shift += Math.max(0, press - before - PAUSE_US);
    before = press;
    return [name, press - shift, release - shift];
  });
}

/** A typist with habits of their own: each class of key has a dwell, each pair of classes a flight. */
function madeUp(number) {
  const random = lcg(number * 7919 + 17);
  const habit = (from, to) => from + random() * (to - from);
  const dwell = { l: habit(60, 140), r: habit(60, 140), s: habit(50, 130) };
  const flight = {};
  for (const a of "lrs") for (const b of "lrs") flight[a + b] = habit(-20, 160);
  const session = (salt) => typed(lcg(number * 104_729 + salt), dwell, flight);
  return { id: `t${String(number).padStart(3, "0")}`, sessions: [1, 2, 3, 4, 5, 6].map(session) };
}

function typed(random, dwell, flight) {
  const normal = () => Math.sqrt(-2 * Math.log(random() + 1e-9)) * Math.cos(2 * Math.PI * random());
  const keys = [];
  let at = 0;
  let last = "s";
  for (let count = 0; count < 500; count += 1) {
    const hand = keys.length % 6 === 5 ? "s" : random() < 0.55 ? "l" : "r";
    const held = dwell[hand] * Math.exp(0.18 * normal());
    at += Math.max(15, flight[last + hand] * Math.exp(0.15 * normal()) + 25 * normal());
    const pool = hand === "s" ? ["space"] : hand === "l" ? [..."qwertasdfgzxcvb"] : [..."yuiophjklnm"];
    keys.push([pool[Math.floor(random() * pool.length)], Math.round(at * 1000), Math.round((at + held) * 1000)]);
    at += held;
    last = hand;
  }
  return keys;
}

function lcg(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
