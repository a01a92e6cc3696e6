/** The wasm module `fields`: loaded, checked against its hash, and spoken to. */

import { FIELD_CLASSES } from "../field-class";
import type { Native } from "../native";
import type * as Exports from "../wasm/palet_fields_bg.wasm.js";

/** What the module says an input is for. */
export interface Guess {
  class: string;
  score: number;
  secret: boolean;
}

/** What is told of an input, never its value. */
export interface Hints {
  /** Type, autocomplete, name, id, label, placeholder, inputmode, pattern. */
  parts: readonly [string, string, string, string, string, string, string, string];
  maxLength: number;
  neighbours: readonly string[];
}

export interface FieldsModule {
  show(className: string, level: number, value: string): string | null;
  guess(hints: Hints): Guess | null;
}

const SEPARATOR = "\u001f";
/** An attribute is short; what is longer is prose. */
const PART_CHARS_MAX = 160;
/** A card's date of expiry: sensitive, and of no class of its own. */
const OTHER = "custom";

export async function loadFields(native: Native, url: URL, integrity: string): Promise<FieldsModule> {
  const answer = await native.fetch(url, { integrity, credentials: "same-origin" });
  if (!answer.ok) throw new Error("not-loaded");
  const compiled = await WebAssembly.compile(await answer.arrayBuffer());
  const wasm = (await WebAssembly.instantiate(compiled)).exports as unknown as typeof Exports;
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const bytesAt = (at: number, length: number) => new Uint8Array(wasm.memory.buffer, at >>> 0, length);
  const lay = (text: string): void => {
    const bytes = encoder.encode(text);
    bytesAt(wasm.input_at(bytes.length), bytes.length).set(bytes);
  };
  return {
    show(className, level, value) {
      const number = FIELD_CLASSES.indexOf(className);
      // The module has room for a field's value, not for a document.
      if (number < 0 || value.length > 4096) return null;
      lay(value);
      const length = wasm.show(number, level);
      const text = length > 0 ? decoder.decode(bytesAt(wasm.output_at(), length)) : null;
      wasm.forget();
      return text;
    },
    guess({ parts, maxLength, neighbours }) {
      const plain = (part: string): string => part.slice(0, PART_CHARS_MAX).replaceAll(SEPARATOR, " ");
      lay([...parts, ...neighbours].map(plain).join(SEPARATOR));
      const code = wasm.guess(Math.max(0, maxLength));
      if (code === 0) return null;
      return { class: FIELD_CLASSES[(code & 255) - 1] ?? OTHER, secret: (code & 256) !== 0, score: (code >>> 9) / 1000 };
    },
  };
}
