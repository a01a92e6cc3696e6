import assert from "node:assert/strict";
import { test } from "node:test";
import { Focus } from "../src/listen/focus";
import { Ring, STRIDE, Signal, signalCode } from "../src/listen/record";
import { findNative } from "../src/native";
import { openPage } from "./page";

const { document } = openPage(`<input id="phrase" data-palet-fixed-text><input id="other">`);

/** A move of the focus, as a browser tells it. */
function moveTo(id: string): void {
  document.getElementById(id)?.dispatchEvent(new Event("focusin", { bubbles: true, composed: true }));
}

function moves(ring: Ring): number {
  const taken = [...ring.records.subarray(0, ring.take())];
  return taken.filter((value, at) => at % STRIDE === 1 && value === signalCode(Signal.Focus)).length;
}

test("a field that is left and entered again is entered anew", async () => {
  const ring = new Ring(() => {});
  const focus = new Focus(findNative(window as Window & typeof globalThis), ring);
  focus.start();
  moveTo("phrase");
  await new Promise((resolve) => setTimeout(resolve, 5));
  moveTo("phrase");
  assert.equal(moves(ring), 2);
  await new Promise((resolve) => setTimeout(resolve, 5));
  moveTo("other");
  assert.equal(moves(ring), 1);
  focus.stop();
  moveTo("phrase");
  assert.equal(moves(ring), 0, "a stopped SDK hears nothing");
});

test("a move that is heard twice, in a shadow root and outside of it, counts once", () => {
  const ring = new Ring(() => {});
  const focus = new Focus(findNative(window as Window & typeof globalThis), ring);
  focus.start();
  const host = document.body.appendChild(document.createElement("div"));
  const inside = host.attachShadow({ mode: "open" }).appendChild(document.createElement("input"));
  inside.dispatchEvent(new Event("focusin", { bubbles: true, composed: true }));
  assert.equal(moves(ring), 1);
  focus.stop();
});
