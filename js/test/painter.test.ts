import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { REDACTED } from "../src/level";
import { findNative } from "../src/native";
import { type Declaration, Painter } from "../src/paint/painter";
import { wordsOf } from "../src/paint/words";
import { en } from "../src/words";
import { type Page, openPage } from "./page";

const SEALED = `<span id="iban" data-palet-field="iban" data-palet-sealed="p1.x" title="DE89">DE•• ••30 00</span>`;
const LOCAL = `<p id="phone" data-palet-field="phone">+49 <b>155</b> 0192</p>`;

let page: Page;
let painter: Painter;
let declared: Declaration[];
let retired: number[];

const at = (id: string): HTMLElement => page.document.getElementById(id) as HTMLElement;

function begin(html: string): void {
  page = openPage(html);
  declared = [];
  retired = [];
  painter = new Painter(findNative(globalThis.window as Window & typeof globalThis), wordsOf(en));
  painter.start();
  painter.connect({
    declare: (fields) => declared.push(...fields),
    retire: (ids) => retired.push(...ids),
    overflow: () => {},
  });
}

beforeEach(() => begin(SEALED + LOCAL));

test("fields are found, numbered and masked before anything is said", () => {
  assert.deepEqual(
    declared.map(({ id, className, source, sealed }) => ({ id, className, source, sealed })),
    [
      { id: 0, className: "iban", source: "sealed", sealed: "p1.x" },
      { id: 1, className: "phone", source: "local", sealed: null },
    ],
  );
  assert.equal(at("iban").textContent, "DE•• ••30 00");
  assert.equal(at("phone").textContent, REDACTED);
  assert.equal(at("phone").dataset.paletLevel, "redact");
});

test("a release shows the value in the node that was there, and a mask takes it away", () => {
  const node = at("iban").firstChild as Text;
  painter.paint(0, 0, "DE89 3704 0044 0532 0130 00");
  assert.equal(at("iban").firstChild, node);
  assert.equal(node.data, "DE89 3704 0044 0532 0130 00");
  assert.equal(at("iban").title, "DE89");
  painter.paint(0, 1, "DE•• ••30 00");
  assert.equal(node.data, "DE•• ••30 00");
  painter.maskAll();
  assert.equal(at("iban").outerHTML.includes("DE"), false);
  assert.equal(node.data, REDACTED);
});

test("a value of the page's own comes back node by node, and leaves nothing behind while masked", () => {
  assert.equal(at("phone").innerHTML.includes("155"), false);
  painter.paint(1, 0, null);
  assert.equal(at("phone").innerHTML, "+49 <b>155</b> 0192");
  painter.paint(1, 4, null);
  assert.equal(at("phone").textContent, REDACTED);
});

test("a level without a text is redacted, and so is a clear one", () => {
  painter.paint(0, 0, null);
  assert.equal(at("iban").textContent, REDACTED);
  painter.paint(0, 2, null);
  assert.equal(at("iban").textContent, REDACTED);
  painter.paint(0, 4, "DE89 3704");
  assert.equal(at("iban").textContent, REDACTED);
});

test("what a framework writes into a masked field is masked, and becomes the value", async () => {
  painter.paint(1, 4, null);
  (at("phone").querySelector("b") as HTMLElement).firstChild!.nodeValue = "160";
  await page.settle();
  assert.equal(at("phone").innerHTML.includes("160"), false);
  painter.paint(1, 0, null);
  assert.equal(at("phone").textContent, "+49 160 0192");
});

test("a framework that writes the bank's masked text again does not undo a release", async () => {
  painter.paint(0, 0, "DE89");
  at("iban").textContent = "DE•• ••30 00";
  await page.settle();
  assert.equal(at("iban").textContent, "DE89");
});

test("another sealed value is another field: what was released for the old one is gone", async () => {
  painter.paint(0, 0, "DE89");
  at("iban").setAttribute("data-palet-sealed", "p1.y");
  at("iban").textContent = "FR•• ••11";
  await page.settle();
  assert.equal(at("iban").textContent, "FR•• ••11");
  assert.deepEqual(retired, [0]);
  assert.equal(declared.at(-1)?.sealed, "p1.y");
  assert.notEqual(declared.at(-1)?.id, 0);
});

test("elements with one sealed value are one field, also those that come later", async () => {
  painter.paint(0, 0, "DE89");
  const copy = page.document.createElement("span");
  copy.setAttribute("data-palet-field", "iban");
  copy.setAttribute("data-palet-sealed", "p1.x");
  copy.textContent = "DE••";
  page.document.body.append(copy);
  await page.settle();
  assert.equal(copy.textContent, "DE89");
  assert.equal(declared.length, 2);
});

test("a field that leaves the page is taken back, and a value of the page's own survives its return", async () => {
  const phone = at("phone");
  phone.remove();
  await new Promise((resolve) => setTimeout(resolve, 1100));
  assert.deepEqual(retired, [1]);
  page.document.body.append(phone);
  await page.settle();
  assert.equal(phone.textContent, REDACTED);
  const { id } = declared.at(-1) as Declaration;
  painter.paint(id, 0, null);
  assert.equal(phone.textContent, "+49 155 0192");
});

test("screen readers are told what the bullets stand for, and hear the value when it is shown", () => {
  assert.equal(at("phone").getAttribute("role"), "img");
  assert.equal(at("phone").getAttribute("aria-label"), "Phone, hidden for your protection");
  assert.equal(at("iban").getAttribute("aria-label"), "IBAN, partly hidden: DE 30 00");
  painter.paint(1, 0, null);
  assert.equal(at("phone").hasAttribute("role"), false);
  assert.equal(at("phone").hasAttribute("aria-label"), false);
});

test("an input with a value is masked and locked, an empty one is the subject's until it is told", () => {
  painter.stop();
  begin(`<input id="a" data-palet-field="phone" value="0155"><input id="b" data-palet-field="iban">`);
  const [a, b] = [at("a") as HTMLInputElement, at("b") as HTMLInputElement];
  assert.deepEqual([a.value, a.readOnly, a.getAttribute("value")], [REDACTED, true, null]);
  assert.deepEqual([b.dataset.paletLevel, b.readOnly, declared[1]?.source], ["clear", false, "input"]);
  painter.paint(0, 0, null);
  assert.deepEqual([a.value, a.readOnly], ["0155", false]);
  painter.paint(1, 5, null);
  assert.equal(b.readOnly, true);
});

test("the end gives the bank's own text back, and no value", () => {
  painter.paint(0, 0, "DE89 3704");
  painter.paint(1, 0, null);
  painter.stop();
  assert.equal(at("iban").textContent, "DE•• ••30 00");
  assert.equal(at("phone").textContent, REDACTED);
  assert.equal(page.document.body.innerHTML.includes("data-palet-level"), false);
  assert.equal(page.document.body.innerHTML.includes("aria-label"), false);
});

test("an input that was found is drawn as dots where the policy says so, and keeps its value", () => {
  begin(`<input id="to" name="iban"><input id="pass" type="password">`);
  const [to, pass] = [at("to") as HTMLInputElement, at("pass") as HTMLInputElement];
  to.value = "DE89 3704";
  painter.find(to, "iban");
  painter.find(pass, "password");
  assert.deepEqual(
    declared.map(({ className, source }) => [className, source]),
    [
      ["iban", "found"],
      ["password", "found"],
    ],
  );
  // What is drawn as dots is not copied out either; happy-dom does not know the style itself.
  const veiled = (input: HTMLInputElement): boolean => !input.dispatchEvent(new Event("copy", { bubbles: true, cancelable: true }));
  assert.equal(veiled(to), false);
  painter.paint(0, 4, null);
  assert.equal(veiled(to), true);
  assert.equal(to.value, "DE89 3704");
  painter.paint(1, 5, null);
  assert.equal(pass.readOnly, true);
  painter.paint(0, 0, null);
  painter.paint(1, 0, null);
  assert.deepEqual([veiled(to), pass.readOnly], [false, false]);
});

test("the doors that a directive shuts are shut while the value is shown, and no longer", () => {
  const copy = (): boolean => {
    page.document.getSelection()?.selectAllChildren(at("iban"));
    return at("iban").dispatchEvent(new Event("copy", { bubbles: true, cancelable: true }));
  };
  painter.paint(0, 0, "DE89", 0);
  assert.equal(copy(), true);
  painter.paint(0, 0, "DE89", 1);
  assert.equal(copy(), false);
  painter.paint(0, 0, "DE89", 2);
  assert.equal(copy(), true);
  at("iban").setAttribute("data-palet-guard", "print copy");
  assert.equal(copy(), false);
  painter.paint(0, 1, "DE••", 1);
  assert.equal(copy(), true, "nothing is shown that could be copied out");
});
