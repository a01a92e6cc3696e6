/**
 * A reader of postcard's encoding, written for this drawer alone: it shows what is in the bytes that leave, without
 * asking the code that made them. Reads numbers, lists and options; refuses what ends early.
 */

/** Bytes that are not what the reader was told to expect. */
export class NotReadable extends Error {
  override readonly name = "NotReadable";
}

/** A position in bytes, moving forwards only. */
export class Reader {
  #at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  /** Whether every byte was read. */
  get done(): boolean {
    return this.#at === this.bytes.length;
  }

  /** One byte. */
  byte(): number {
    const byte = this.bytes[this.#at];
    if (byte === undefined) throw new NotReadable("expected another byte, got the end");
    this.#at += 1;
    return byte;
  }

  /** An unsigned number, seven bits a byte, lowest first. Exact up to 2^53. */
  unsigned(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 63; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new NotReadable("expected a number of at most ten bytes");
  }

  /** A signed number in zigzag form. */
  signed(): number {
    const folded = this.unsigned();
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }

  /** A text in UTF-8. */
  text(): string {
    const length = this.unsigned();
    const end = this.#at + length;
    if (end > this.bytes.length) throw new NotReadable("expected a text within the bytes");
    const text = new TextDecoder("utf-8", { fatal: false }).decode(this.bytes.subarray(this.#at, end));
    this.#at = end;
    return text;
  }

  /** A list whose length stands before it. */
  list<T>(item: () => T): T[] {
    const length = this.unsigned();
    if (length > this.bytes.length - this.#at) throw new NotReadable("expected a list within the bytes");
    return Array.from({ length }, item);
  }

  /** One of several, by its number. */
  oneOf<T>(choices: readonly T[]): T {
    const choice = choices[this.unsigned()];
    if (choice === undefined) throw new NotReadable(`expected one of ${choices.length} kinds`);
    return choice;
  }
}
