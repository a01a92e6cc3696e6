import { describe, expect, it } from "vitest";
import { parseAmount } from "../src/format/amount.ts";
import { formatBytes, formatHex } from "../src/format/bytes.ts";
import { formatDay, formatSpan } from "../src/format/date.ts";
import { sentence } from "../src/format/sentence.ts";
import { groupIban, ibanFault } from "../src/format/iban.ts";

describe("sizes", () => {
  it("are bytes below a kilobyte and kilobytes above", () => {
    expect([1, 312, 999, 1_000, 1_449].map(formatBytes)).toEqual(["1 byte", "312 bytes", "999 bytes", "1.0 kB", "1.4 kB"]);
  });
  it("are written in hexadecimal, sixteen bytes a line", () => {
    expect(formatHex(Uint8Array.from({ length: 18 }, (_, byte) => byte))).toBe(
      "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n10 11",
    );
  });
});

describe("days and spans", () => {
  it("are written out", () => {
    expect(formatDay("2026-11-20")).toBe("20 November 2026");
    expect(formatSpan(8_400)).toBe("8 s");
    expect(formatSpan(125_000)).toBe("2 min 05 s");
    expect(formatSpan(180_000)).toBe("3 min");
  });
  it("leave a text that is no day alone", () => {
    expect(formatDay("soon")).toBe("soon");
    expect(formatDay("2026-13-45")).toBe("2026-13-45");
  });
});

describe("a reason", () => {
  it("is a sentence", () => {
    expect(sentence("keys are held longer")).toBe("Keys are held longer.");
    expect(sentence("Is this still you?")).toBe("Is this still you?");
    expect(sentence("  ")).toBe("");
  });
});

describe("an IBAN", () => {
  it("is grouped by four", () => {
    expect(groupIban("de89 370400440532013000")).toBe("DE89 3704 0044 0532 0130 00");
  });
  it("passes with right check digits", () => {
    expect(ibanFault("DE89 3704 0044 0532 0130 00")).toBeNull();
    expect(ibanFault("GB82 WEST 1234 5698 7654 32")).toBeNull();
  });
  it("is refused with swapped digits, a wrong shape or nothing at all", () => {
    expect(ibanFault("DE89 3704 0044 0532 0103 00")).toMatch(/check digits/);
    expect(ibanFault("89DE")).toMatch(/two letters/);
    expect(ibanFault("  ")).toMatch(/Enter/);
  });
});

describe("an amount", () => {
  it.each([
    ["120", "120.00"],
    ["120.5", "120.50"],
    ["1,200.50", "1200.50"],
    ["€ 12 000", "12000.00"],
    ["007.10", "7.10"],
  ])("%s becomes %s", (typed, text) => expect(parseAmount(typed)).toEqual({ text }));
  it.each(["", "0", "0.00", "-5", "12,5", "1.234", "ten", "1e3"])("%j is refused", (typed) => {
    expect(parseAmount(typed)).toHaveProperty("fault");
  });
});
