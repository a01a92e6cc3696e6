import assert from "node:assert/strict";
import { test } from "node:test";
import { InspectError, decode } from "../src/inspect";

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (pair) => parseInt(pair, 16));

test("a batch with a keystroke block, read by hand", () => {
  // version, Batch, seq 3, one window: Keystroke, K3, 24 keys, 1 repeat, 2 hasty, cells (0, 5) and (48, 1)
  const message = decode(bytes("01 01 03 01 00 01 18 01 02 02 00 05 30 01"));
  assert.deepEqual(message, {
    type: "batch",
    seq: 3,
    windows: [
      {
        kind: "keystroke",
        ladder: "k3",
        keys: 24,
        repeats: 1,
        hasty: 2,
        cells: [
          { channel: "dwell", keys: "letter", bin: 0, count: 5 },
          { channel: "flight_ud", keys: "letter, then letter", bin: 0, count: 1 },
        ],
      },
    ],
  });
});

test("device signals, context counters and fixed text", () => {
  const message = decode(bytes("01 01 01 03 03 00 64 7d 04 03 00 02 01 0a 04 00 02 00 02 c8 01 50 01 a0 01"));
  assert.equal(message.type, "batch");
  if (message.type !== "batch") return;
  assert.deepEqual(message.windows, [
    { kind: "device", class: "desktop", timerQuantumUs: 100, pointerRateHz: 125 },
    { kind: "context", signals: { autofill: 2, composition: 1 }, openKeys: 10, secretKeys: 4, fixedTextKeys: 0 },
    { kind: "fixed-text", field: 0, dwellMs: [200, 80], flightDdMs: [160] },
  ]);
});

test("an entry of a fixed text with the key that ended it", () => {
  const message = decode(bytes("01 01 07 01 02 03 04 c801 50 46 3c 05 a001 9601 5a 8201 4b"));
  if (message.type !== "batch") assert.fail("a batch");
  assert.deepEqual(message.windows, [
    { kind: "fixed-text", field: 3, dwellMs: [200, 80, 70, 60], flightDdMs: [160, 150, 90, 130, 75] },
  ]);
});

test("a stroke's features are signed sixteenths, absent ones are null", () => {
  const features = "20 1f ffff03".replace(/ /g, "") + "00".repeat(74);
  const message = decode(bytes(`01 01 01 01 01 00 00 05 64 01 00 ${features}`));
  if (message.type !== "batch" || message.windows[0]?.kind !== "pointer") assert.fail("a pointer block");
  assert.deepEqual(message.windows[0].strokes[0]?.features.slice(0, 4), [1, -1, null, 0]);
});

test("fields, actions, contexts, goodbye", () => {
  assert.deepEqual(decode(bytes("01 02 02 00 01 00 00 03 70312e 07 16 01 05 6c6f67696e 02")), {
    type: "fields",
    fields: [
      { id: 0, class: "iban", source: "sealed", sealedBytes: 3 },
      { id: 7, class: "login", source: "input", sealedBytes: 0 },
    ],
  });
  assert.deepEqual(decode(bytes("01 03 02 01 02")), { type: "fields-gone", ids: [1, 2] });
  assert.deepEqual(decode(bytes("01 04 09 03 706179")), { type: "action", id: 9, name: "pay" });
  assert.deepEqual(decode(bytes("01 05 03 706179")), { type: "context", name: "pay" });
  assert.deepEqual(decode(bytes("01 06")), { type: "goodbye" });
});

test("what is not one whole message is refused", () => {
  for (const bad of ["", "02 06", "01 07", "01 06 00", "01 05 05 70", "01 01 01 ff ff ff 7f", "01 03 01 ffffffffffffffffffff01"]) {
    assert.throws(() => decode(bytes(bad)), InspectError, bad);
  }
  const whole = bytes("01 01 03 01 00 01 18 01 02 02 00 05 30 01");
  for (let cut = 0; cut < whole.length; cut++) assert.throws(() => decode(whole.subarray(0, cut)), InspectError);
});
