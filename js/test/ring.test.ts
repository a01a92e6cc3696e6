import assert from "node:assert/strict";
import { test } from "node:test";
import { RING_RECORDS, Ring, STRIDE, Signal, keyCode, pointerCode, signalCode } from "../src/listen/record";

test("the first record wakes, the following ones do not", () => {
  let woken = 0;
  const ring = new Ring(() => woken++);
  ring.push(1, 2, 3, 4);
  ring.push(5, 6, 7, 8);
  assert.equal(woken, 1);
  assert.deepEqual([...ring.records.subarray(0, ring.take())], [1, 2, 3, 4, 5, 6, 7, 8]);
  ring.push(9, 1, 1, 1);
  assert.equal(woken, 2);
});

test("a full ring says once that events are missing", () => {
  const ring = new Ring(() => {});
  for (let at = 0; at < RING_RECORDS + 50; at++) ring.push(at, 0, 0, 0);
  const taken = ring.records.subarray(0, ring.take());
  assert.equal(taken.length, RING_RECORDS * STRIDE);
  assert.equal(taken[taken.length - 3], signalCode(Signal.Overflow));
  assert.equal([...taken].filter((value, at) => at % STRIDE === 1 && value === signalCode(Signal.Overflow)).length, 1);
});

test("wiping leaves no number behind", () => {
  const ring = new Ring(() => {});
  ring.push(1, 2, 3, 4);
  ring.wipe();
  assert.ok(ring.records.every((value) => value === 0));
});

test("codes as the wasm reads them", () => {
  assert.equal(keyCode(1, 4, 31, 17), (1 << 2) | (4 << 3) | (31 << 6) | (17 << 11));
  assert.equal(pointerCode(2, 1), 1 | (2 << 2) | (1 << 5));
  assert.equal(signalCode(Signal.Repeat), 2 | (11 << 2));
});
