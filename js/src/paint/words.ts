/** What screen readers say of masked fields, in the page's language. */

import { FIELD_CLASSES } from "../field-class";

export interface Words {
  /** A field that shows nothing: `{}` is the field's name. */
  hidden: string;
  /** A field that shows a part of its value, which follows. */
  partly: string;
  /** A field that shows something else than its value. */
  replaced: string;
  /** Said once when fields were masked. */
  masked: string;
  /** Said once when fields can be read again. */
  shown: string;
  /** Names of the field classes, where a field has no `data-palet-label`. */
  names: Readonly<Record<string, string>>;
}

export const named = (names: string): Record<string, string> => {
  const list = names.split("|");
  return Object.fromEntries(FIELD_CLASSES.map((name, at) => [name, list[at] ?? name]));
};

const en = (): Words => ({
  hidden: "{}, hidden for your protection",
  partly: "{}, partly hidden: ",
  replaced: "{}, replaced for your protection",
  masked: "Some details are now hidden for your protection.",
  shown: "Details are shown again.",
  names: named(
    "Card number|IBAN|Account number|Sort code|Routing number|BIC|Identity number|Tax number|Passport number|Name|Address|E-mail|Phone|Date of birth|Amount|Balance|Description|Security code|PIN|One-time code|Password|Card data",
  ),
});

/** Languages whose words lie beside the wasm file, as `words.<language>.json`. */
const LANGUAGES = /^(de|fr)$/;

/** English, with the author's own words over it. */
export const wordsOf = (own: Partial<Words> = {}): Words => overlay(en(), own);

/** Changes words in place: whoever holds them speaks the new language. */
export const overlay = (words: Words, own: Partial<Words>): Words =>
  Object.assign(words, own, { names: { ...words.names, ...own.names } });

/** The file with the words of the page's language, where there is one. */
export function wordsFile(lang: string): string | null {
  const language = lang.slice(0, 2).toLowerCase();
  return LANGUAGES.test(language) ? `words.${language}.json` : null;
}
