import { describe, expect, it } from "vitest";
import { badgeOf, parseLevel } from "../src/fields/levels.ts";
import { parseHistory } from "../src/palet/history-store.ts";
import { parseBand } from "../src/panel/risk-words.ts";

describe("in doubt", () => {
  it("a level counts as hidden", () => {
    expect(["clear", "partial", null, "", "CLEAR", "toString", "waiting"].map(parseLevel)).toEqual([
      "clear",
      "partial",
      "redact",
      "redact",
      "redact",
      "redact",
      "redact",
    ]);
  });
  it("a field is waiting only while the bank's own masked text stands there", () => {
    expect(badgeOf(null, "DE••", "DE••")).toBe("waiting");
    expect(badgeOf("redact", "••••••", "DE••")).toBe("redact");
    expect(badgeOf("partial", "DE••", "DE••")).toBe("partial");
    expect(badgeOf("surprise", "DE68", "DE••")).toBe("redact");
  });
  it("a band counts as the worst", () => {
    expect(["calm", "none", "hasOwnProperty"].map(parseBand)).toEqual(["calm", "severe", "severe"]);
  });
});

describe("a stored curve", () => {
  const points = [{ atMs: 1, risk: 0.5, band: "calm" }];
  it("comes back to the session that it belongs to, and to no other", () => {
    const text = JSON.stringify({ sessionKey: "a", points });
    expect(parseHistory(text, "a")).toEqual(points);
    expect(parseHistory(text, "b")).toEqual([]);
  });
  it("loses points that are none", () => {
    const text = JSON.stringify({ sessionKey: "a", points: [...points, { atMs: "1" }, null, { atMs: 1, risk: 1, band: "none" }] });
    expect(parseHistory(text, "a")).toEqual(points);
  });
  it("that is no curve is none", () => {
    expect([parseHistory(null, "a"), parseHistory("7", "a"), parseHistory("{}", "a")]).toEqual([[], [], []]);
  });
});
