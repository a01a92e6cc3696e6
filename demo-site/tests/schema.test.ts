import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { ABSENT, STROKE_FEATURES } from "../src/inspector/batch.ts";
import { CHANNELS, CLASSES } from "../src/inspector/layout.ts";
import { SIGNALS } from "../src/inspector/words.ts";

const SHARED = resolve(import.meta.dirname, "../../shared");
const source = (path: string) => readFileSync(resolve(SHARED, path), "utf8");

/** The number that a Rust constant is set to. */
function constant(text: string, name: string): number {
  const match = new RegExp(`const ${name}: \\w+ = ([\\d_]+);`).exec(text);
  return Number(match?.[1]?.replaceAll("_", ""));
}

// The drawer reads bytes by itself; these tests fail when the schema moves on and the drawer has not.
describe("the drawer's reader and the schema in shared/", () => {
  it("agree on versions and on a stroke's length", () => {
    expect(constant(source("features/src/schema.rs"), "SCHEMA_VERSION")).toBe(1);
    expect(constant(source("wire/src/codec.rs"), "VERSION")).toBe(1);
    expect(constant(source("features/src/schema.rs"), "STROKE_FEATURES")).toBe(STROKE_FEATURES);
    expect(source("features/src/pointer/mod.rs")).toContain("ABSENT: i16 = i16::MIN");
    expect(ABSENT).toBe(-(2 ** 15));
  });
  it("agree on the number of channels, bins and classes", () => {
    const layout = source("features/src/keystroke/layout.rs");
    expect(constant(layout, "CHANNELS")).toBe(CHANNELS.length);
    expect(CHANNELS[0]?.columns).toBe(constant(layout, "BINS"));
    const [dwell, flight] = [constant(layout, "JOINT_DWELL_BINS"), constant(layout, "JOINT_UD_BINS")];
    expect(CHANNELS.slice(4).map(({ rows, columns }) => [rows, columns])).toEqual([
      [dwell, flight],
      [dwell, dwell],
    ]);
    // By pair of classes, save what joins two dwells.
    expect(layout).toMatch(/Self::Dwell => classes,\s+Self::DwellThenDwell => 1,\s+_ => classes \* classes,/);
    expect(CHANNELS.map(({ classesPerGroup }) => classesPerGroup)).toEqual([1, 2, 2, 2, 2, 0]);
    const classes = [...(/fn classes[^}]*}/.exec(layout)?.[0] ?? "").matchAll(/Self::(K\d) => (\d),/g)].map(([, ladder, count]) => [ladder, Number(count)]);
    expect(classes).toEqual(Object.entries(CLASSES).map(([ladder, names]) => [ladder, names.length]));
  });
  it("agree on the signals", () => {
    expect(constant(source("capture/src/signal.rs"), "COUNT")).toBe(SIGNALS.length);
  });
});
