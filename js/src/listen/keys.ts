/**
 * A key becomes a coarse class and a slot here, and its identity is dropped.
 *
 * Classes are those of `shared/capture`: left letter, right letter, space, digit, erase, modifier, navigation, other.
 * Letters are told apart by where the key sits, so that the class holds for every layout. A slot pairs a press with its
 * release; which key has which slot is known only while the key is held.
 */

export const enum KeyClass {
  LeftLetter = 0,
  RightLetter = 1,
  Space = 2,
  Digit = 3,
  Erase = 4,
  Modifier = 5,
  Navigation = 6,
  Other = 7,
}

const SLOTS = 32;
const FREE = -1;

const LEFT_LETTERS = "QWERTASDFGZXCVB";
const RIGHT_LETTERS = "YUIOPHJKLNM";

/** Keys that carry a letter on some layouts (ö on German, m on French) and punctuation on others. */
const MAYBE_LETTERS = "Semicolon Quote BracketLeft BracketRight Backslash Minus Equal Comma Period Slash Backquote IntlBackslash";
const MAYBE_LEFT = "Backquote IntlBackslash";

const FIXED: ReadonlyArray<readonly [KeyClass, string]> = [
  [KeyClass.Space, "Space"],
  [KeyClass.Erase, "Backspace Delete"],
  [
    KeyClass.Modifier,
    "ShiftLeft ShiftRight ControlLeft ControlRight AltLeft AltRight MetaLeft MetaRight CapsLock",
  ],
  [
    KeyClass.Navigation,
    "ArrowUp ArrowDown ArrowLeft ArrowRight Home End PageUp PageDown Tab Enter NumpadEnter Escape",
  ],
];

/** Rows of the table: class by row, and the row of each code. */
const rows: KeyClass[] = [];
const rowByCode = new Map<string, number>();

function row(code: string, keyClass: KeyClass): void {
  rowByCode.set(code, rows.length);
  rows.push(keyClass);
}

for (const letter of LEFT_LETTERS) row(`Key${letter}`, KeyClass.LeftLetter);
for (const letter of RIGHT_LETTERS) row(`Key${letter}`, KeyClass.RightLetter);
for (let digit = 0; digit < 10; digit++) {
  row(`Digit${digit}`, KeyClass.Digit);
  row(`Numpad${digit}`, KeyClass.Digit);
}
for (const [keyClass, codes] of FIXED) for (const code of codes.split(" ")) row(code, keyClass);
const firstMaybe = rows.length;
for (const code of MAYBE_LETTERS.split(" ")) {
  row(code, MAYBE_LEFT.includes(code) ? KeyClass.LeftLetter : KeyClass.RightLetter);
}
/** All keys without a row of their own share this one. */
const otherRow = rows.length;
rows.push(KeyClass.Other);

/** Whether a one-character name is a letter: it has two cases, or belongs to a script without cases. */
const isLetter = (key: string): boolean => key.length === 1 && /\p{L}/u.test(key);

/** The class of a key without a position, as some soft keyboards and remote desktops send: by its name. */
function classByName(key: string): KeyClass {
  if (key.length !== 1) return KeyClass.Other;
  if (key === " ") return KeyClass.Space;
  if (key >= "0" && key <= "9") return KeyClass.Digit;
  if (!isLetter(key)) return KeyClass.Other;
  return LEFT_LETTERS.includes(key.toUpperCase()) ? KeyClass.LeftLetter : KeyClass.RightLetter;
}

/** The row of a key in the table of classes: what is looked up once, and all that later steps need of the key. */
export const rowOf = (code: string): number => rowByCode.get(code) ?? otherRow;

/** The class of a key event in this row. Reads the key's name only where its position does not tell. */
export function classOf(event: KeyboardEvent, row: number): KeyClass {
  if (row < firstMaybe) return rows[row] as KeyClass;
  if (row === otherRow) return event.code ? KeyClass.Other : classByName(event.key);
  return isLetter(event.key) ? (rows[row] as KeyClass) : KeyClass.Other;
}

/** Which keys are held, as rows of the table; nothing of it outlives the key's release. */
export class HeldKeys {
  readonly #slotByRow = new Int8Array(otherRow + 1).fill(FREE);
  #used = 0;

  /** Whether any key is held. */
  get any(): boolean {
    return this.#used !== 0;
  }

  /** The slot of a held key, or -1. */
  slotOf(row: number): number {
    return this.#slotByRow[row] as number;
  }

  /** A slot for a key that goes down. A full board shares the last slot. */
  press(row: number): number {
    let slot = this.slotOf(row);
    if (slot !== FREE) return slot;
    slot = 0;
    while (slot < SLOTS - 1 && (this.#used >>> slot) & 1) slot++;
    this.#used |= 1 << slot;
    this.#slotByRow[row] = slot;
    return slot;
  }

  /** The slot of a key that comes up, or -1 where its press was not taken. */
  release(row: number): number {
    const slot = this.slotOf(row);
    if (slot !== FREE) {
      this.#slotByRow[row] = FREE;
      this.#used &= ~(1 << slot);
    }
    return slot;
  }

  /** Forgets all: the page lost the keyboard, releases may never come. */
  clear(): void {
    this.#slotByRow.fill(FREE);
    this.#used = 0;
  }
}
