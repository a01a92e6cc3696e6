import assert from "node:assert/strict";
import { test } from "node:test";
import { HeldKeys, KeyClass, classOf, rowOf } from "../src/listen/keys";

const event = (code: string, key: string): KeyboardEvent => ({ code, key }) as KeyboardEvent;
const classFor = (code: string, key: string): KeyClass => classOf(event(code, key), rowOf(code));

test("a letter's class is the hand that types it, on any layout", () => {
  assert.equal(classFor("KeyT", "t"), KeyClass.LeftLetter);
  assert.equal(classFor("KeyY", "z"), KeyClass.RightLetter);
  assert.equal(classFor("KeyQ", "й"), KeyClass.LeftLetter);
});

test("a key that carries a letter on some layouts is a letter only there", () => {
  assert.equal(classFor("Semicolon", ";"), KeyClass.Other);
  assert.equal(classFor("Semicolon", "ö"), KeyClass.RightLetter);
  assert.equal(classFor("IntlBackslash", "<"), KeyClass.Other);
});

test("every class of the table", () => {
  assert.equal(classFor("Space", " "), KeyClass.Space);
  assert.equal(classFor("Digit7", "&"), KeyClass.Digit);
  assert.equal(classFor("Numpad0", "0"), KeyClass.Digit);
  assert.equal(classFor("Backspace", "Backspace"), KeyClass.Erase);
  assert.equal(classFor("ShiftLeft", "Shift"), KeyClass.Modifier);
  assert.equal(classFor("Tab", "Tab"), KeyClass.Navigation);
  assert.equal(classFor("F5", "F5"), KeyClass.Other);
});

test("a key without a position is told by its name", () => {
  assert.equal(classFor("", "a"), KeyClass.LeftLetter);
  assert.equal(classFor("", "M"), KeyClass.RightLetter);
  assert.equal(classFor("", "5"), KeyClass.Digit);
  assert.equal(classFor("", "Unidentified"), KeyClass.Other);
});

test("a slot pairs a press with its release and says nothing of the key", () => {
  const held = new HeldKeys();
  const [a, b] = [rowOf("KeyA"), rowOf("KeyB")];
  assert.equal(held.press(a), 0);
  assert.equal(held.press(b), 1);
  assert.equal(held.press(a), 0);
  assert.equal(held.release(a), 0);
  assert.equal(held.release(a), -1);
  assert.equal(held.press(rowOf("KeyZ")), 0);
  held.clear();
  assert.equal(held.any, false);
  assert.equal(held.release(b), -1);
});

test("a board full of held keys shares the last slot", () => {
  const held = new HeldKeys();
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].map((letter) => `Key${letter}`);
  const digits = [..."0123456789"].map((digit) => `Digit${digit}`);
  const slots = [...letters, ...digits].map((code) => held.press(rowOf(code)));
  assert.deepEqual(slots.slice(0, 32), Array.from({ length: 32 }, (_, at) => at));
  assert.deepEqual(slots.slice(32), [31, 31, 31, 31]);
});
