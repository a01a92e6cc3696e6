import { describe, expect, it } from "vitest";
import { browserRefusal } from "../src/step-up/passkey.ts";

describe("a browser's refusal of a passkey", () => {
  it("is told in words, by the name of the fault", () => {
    expect(browserRefusal(new DOMException("", "NotAllowedError"))).toMatch(/cancelled, took too long/);
    expect(browserRefusal(new DOMException("", "InvalidStateError"))).toMatch(/already holds/);
    expect(browserRefusal(new DOMException("", "SecurityError"))).toMatch(/address/);
    expect(browserRefusal(new DOMException("", "UnknownError"))).toMatch(/could not use/);
  });
  it("is none where the fault is another's", () => {
    expect(browserRefusal(new Error("NotAllowedError"))).toBeNull();
    expect(browserRefusal(undefined)).toBeNull();
  });
});
