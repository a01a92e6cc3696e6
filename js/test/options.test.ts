import assert from "node:assert/strict";
import { test } from "node:test";
import { PaletError } from "../src/error";
import { parseOptions, readScript } from "../src/options";
import { openPage } from "./page";

const page = openPage(`<script id="tag" data-endpoint="/ws/v1/capture" data-server-key="${"A".repeat(43)}" data-strict></script>`);
const good = { endpoint: "wss://palet.example/x/ws/v1/capture", serverKey: "A".repeat(43), token: async () => "t" };
const codeOf = (change: object): string => {
  try {
    parseOptions({ ...good, ...change });
    return "good";
  } catch (error) {
    return error instanceof PaletError ? error.code : "other";
  }
};

test("each wrong option has its own code", () => {
  assert.equal(codeOf({}), "good");
  assert.equal(codeOf({ endpoint: "ftp://x" }), "bad-endpoint");
  assert.equal(codeOf({ endpoint: "" }), "bad-endpoint");
  assert.equal(codeOf({ serverKey: "short" }), "bad-server-key");
  assert.equal(codeOf({ serverKey: "A".repeat(42) + "B" }), "bad-server-key");
  assert.equal(codeOf({ token: "t" }), "no-token-provider");
  assert.equal(codeOf({ consent: "maybe" }), "bad-consent");
  assert.equal(codeOf({ actionTimeoutMs: 0 }), "bad-option");
});

test("the key is read as its bytes", () => {
  const { serverKey } = parseOptions({ ...good, serverKey: "ictr62NJbbofgUX-oa4OB0_D7A0T_ayiAOK0axC-xz0" });
  assert.equal(Buffer.from(serverKey).toString("base64url"), "ictr62NJbbofgUX-oa4OB0_D7A0T_ayiAOK0axC-xz0");
});

test("the fallback lies beside the socket", () => {
  assert.equal(parseOptions(good).fallbackUrl, "https://palet.example/x/api/v1/biometrics/capture");
  const local = parseOptions({ ...good, endpoint: "/ws/v1/capture" });
  assert.equal(local.endpoint, "wss://bank.example/ws/v1/capture");
  assert.equal(local.fallbackUrl, "https://bank.example/api/v1/biometrics/capture");
});

test("a script tag is read only where it asks for a start", () => {
  const tag = page.document.getElementById("tag");
  const options = readScript(tag);
  assert.equal(options?.endpoint, "/ws/v1/capture");
  assert.equal(options?.strict, true);
  assert.equal(readScript(page.document.body), null);
  assert.equal(readScript(null), null);
});

test("importing the package does nothing", async () => {
  const before = page.document.documentElement.outerHTML;
  const { Palet } = await import("../src/index");
  assert.equal(page.document.documentElement.outerHTML, before);
  assert.equal(Palet.current, null);
});
