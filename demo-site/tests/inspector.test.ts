import { describe, expect, it } from "vitest";
import { ABSENT, type KeystrokeWindow, STROKE_FEATURES, readMessage } from "../src/inspector/batch.ts";
import { CHANNELS, arrangeCells } from "../src/inspector/layout.ts";
import { Reader } from "../src/inspector/postcard.ts";
import { counted, strokeFigures, summarise } from "../src/inspector/words.ts";
import { COUNTERS_BATCH, KEYS_BATCH, PHRASE_BATCH } from "./sent-batches.ts";
import { BATCHES_MAX, type InspectedBatch, addBatch, inspectBatch } from "../src/panel/inspected-batch.ts";

/** An unsigned number as postcard writes it. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

const zigzag = (value: number) => varint(value >= 0 ? value * 2 : -value * 2 - 1);
const BATCH = 1;
const batchBytes = (seq: number, windows: number[][]) =>
  Uint8Array.from([1, BATCH, ...varint(seq), windows.length, ...windows.flat()]);

const KEYSTROKE = [0, 0, ...varint(64), 1, 2, 2, ...varint(0), 3, ...varint(300), 1];
const STROKE = [1, ...Array.from({ length: STROKE_FEATURES }, (_, index) => zigzag(index === 5 ? ABSENT : index - 3)).flat()];
const POINTER = [1, 0, 1, ...varint(412), ...varint(8_200), 1, ...STROKE];
const CONTEXT = [4, 2, ...varint(300), 0, ...varint(64), 8, 39];

describe("the reader of numbers", () => {
  it.each([0, 127, 128, 300, 65_535, 2 ** 32, 2 ** 53 - 1])("reads %i", (value) => {
    const reader = new Reader(Uint8Array.from(varint(value)));
    expect(reader.unsigned()).toBe(value);
    expect(reader.done).toBe(true);
  });
  it.each([0, -1, 1, ABSENT, 32_767])("reads %i in zigzag form", (value) => {
    expect(new Reader(Uint8Array.from(zigzag(value))).signed()).toBe(value);
  });
  it("refuses a number without an end and one that is too long", () => {
    expect(() => new Reader(Uint8Array.of(0x80)).unsigned()).toThrow("got the end");
    expect(() => new Reader(new Uint8Array(11).fill(0xff)).unsigned()).toThrow("ten bytes");
  });
  it("refuses a list that claims more than there is", () => {
    expect(() => new Reader(Uint8Array.of(200, 1, 0)).list(() => 0)).toThrow("list within the bytes");
  });
});

describe("a batch", () => {
  it("is read window by window", () => {
    const message = readMessage(batchBytes(7, [KEYSTROKE, POINTER, CONTEXT]));
    expect(message).toMatchObject({
      kind: "batch",
      seq: 7,
      windows: [
        { kind: "keystroke", ladder: "K4", keys: 64, repeats: 1, hasty: 2, cells: [[0, 3], [300, 1]] },
        { kind: "pointer", pointer: "mouse", rate: "medium", samples: 412, spanMs: 8_200 },
        { kind: "context", signals: [300, 0], openKeys: 64, secretKeys: 8, fixedTextKeys: 39 },
      ],
    });
  });
  it("is refused at every length but its own", () => {
    const bytes = batchBytes(7, [KEYSTROKE, POINTER, CONTEXT]);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => readMessage(bytes.subarray(0, length)), `cut at ${length}`).toThrow();
    }
    expect(() => readMessage(Uint8Array.from([...bytes, 0]))).toThrow("more bytes");
  });
  it("of another version is refused", () => {
    expect(() => readMessage(Uint8Array.of(2, BATCH, 1, 0))).toThrow("expected message version 1, got 2");
  });
  it("says in its heading what it carries", () => {
    const message = readMessage(batchBytes(1, [KEYSTROKE, POINTER, CONTEXT]));
    expect(message.kind === "batch" ? summarise(message.windows) : "").toBe("64 keys · 1 stroke · counters");
    expect(summarise([])).toBe("nothing");
    expect(counted(1, "key")).toBe("1 key");
  });
});

describe("a batch that the SDK sent", () => {
  it("tells of a password a number of keys and nothing else", () => {
    expect(readMessage(COUNTERS_BATCH)).toMatchObject({ windows: [{ kind: "context", openKeys: 0, secretKeys: 6 }] });
  });
  it("holds an entry of the phrase, key by key, in the order of the phrase that everybody types", () => {
    const message = readMessage(PHRASE_BATCH);
    const entry = message.kind === "batch" ? message.windows.find((window) => window.kind === "fixed-text") : undefined;
    expect(entry?.kind === "fixed-text" ? [entry.dwellMs.length, entry.flightDdMs.length, entry.endMs] : []).toEqual([40, 39, []]);
  });
  it("holds what was seen of the key that ended an entry, beside the flights between its keys", () => {
    const entry = (flights: number[]) => Uint8Array.from([1, 1, 1, 1, 2, 3, 4, 90, 80, 70, 60, flights.length, ...flights]);
    const seen = (flights: number[]) => readMessage(entry(flights)) as unknown as { windows: unknown[] };
    const window = { kind: "fixed-text", field: 3, dwellMs: [90, 80, 70, 60], flightDdMs: [100, 110, 120] };
    expect(seen([100, 110, 120]).windows).toEqual([{ ...window, endMs: [] }]);
    expect(seen([100, 110, 120, 99]).windows).toEqual([{ ...window, endMs: [99] }]);
    expect(seen([100, 110, 120, 99, 75]).windows).toEqual([{ ...window, endMs: [99, 75] }]);
  });
  it("holds a block of 64 keys in cells that the layout knows", () => {
    const message = readMessage(KEYS_BATCH);
    const block = message.kind === "batch" ? message.windows.find((window) => window.kind === "keystroke") : undefined;
    expect(block).toMatchObject({ ladder: "K4", keys: 64 });
    const channels = block?.kind === "keystroke" ? arrangeCells(block.ladder, block.cells) : null;
    expect(channels?.[0]?.sum.reduce((left, right) => left + right, 0)).toBe(64);
    expect(channels?.[2]?.sum.reduce((left, right) => left + right, 0)).toBeLessThan(65);
  });
});

describe("the list of batches", () => {
  it("keeps what it cannot read, as bytes of its own", () => {
    const bytes = Uint8Array.of(9, 9, 9);
    const batch = inspectBatch(3, bytes, 1_000);
    bytes[0] = 0;
    expect(batch.message).toBeNull();
    expect([...batch.bytes]).toEqual([9, 9, 9]);
  });
  it("is bounded, newest first", () => {
    let list: InspectedBatch[] = [];
    for (let seq = 1; seq <= BATCHES_MAX + 1; seq += 1) list = addBatch(list, inspectBatch(seq, batchBytes(seq, []), seq));
    expect(list).toHaveLength(BATCHES_MAX);
    expect([list[0]?.seq, list.at(-1)?.seq]).toEqual([BATCHES_MAX + 1, 2]);
  });
});

describe("the cells of a block", () => {
  const sizes = (classes: number) =>
    CHANNELS.reduce((sum, { rows, columns, classesPerGroup }) => sum + rows * columns * classes ** classesPerGroup, 0);

  it.each([
    ["K4", 4],
    ["K3", 3],
    ["K1", 1],
  ] as const)("of %s fill the layout to its last cell and not beyond", (ladder, classes) => {
    const cells = sizes(classes);
    expect(arrangeCells(ladder, [[cells - 1, 1]])).not.toBeNull();
    expect(arrangeCells(ladder, [[cells, 1]])).toBeNull();
  });
  it("stand with their channel, pair and bin", () => {
    // K4: 4 × 16 cells of dwell, then release to press; pair 6 is right letter → space.
    const channels = arrangeCells("K4", [[64 + 6 * 16 + 9, 5]]);
    const flight = channels?.[1];
    expect(flight?.groups).toEqual([{ group: "right letter → space", counts: expect.objectContaining({ 9: 5 }) }]);
    expect(flight?.sum[9]).toBe(5);
    expect(channels?.[0]?.groups).toEqual([]);
  });
  it("lose nothing: every count is in one channel", () => {
    const window: KeystrokeWindow = { kind: "keystroke", ladder: "K3", keys: 30, repeats: 0, hasty: 0, cells: [[0, 2], [47, 3], [48, 4], [500, 1]] };
    const total = arrangeCells(window.ladder, window.cells)?.flatMap(({ sum }) => sum).reduce((left, right) => left + right, 0);
    expect(total).toBe(10);
  });
});

describe("a stroke", () => {
  it("is read back from its logarithms", () => {
    const features = Array.from({ length: STROKE_FEATURES }, () => 0);
    features[0] = Math.round(16 * Math.log(0.5 / 0.1));
    features[1] = Math.round(16 * Math.log1p(400 / 10));
    const { durationMs, lengthPx, straightPx } = strokeFigures({ kind: "move", features });
    expect(Math.abs(durationMs - 500)).toBeLessThan(20);
    expect(Math.abs(lengthPx - 400)).toBeLessThan(15);
    expect(straightPx).toBe(0);
  });
});
