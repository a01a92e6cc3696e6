/** What screen readers say of masked fields, in the page's language. */

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

const en = (): Words => ({
  hidden: "{}, hidden for your protection",
  partly: "{}, partly hidden: ",
  replaced: "{}, replaced for your protection",
  masked: "",
  shown: "",
  names: {},
});

/** What is said of fields in English, the rest comes with a file of the page's language; with the author's own words over it. */
export const wordsOf = (own: Partial<Words> = {}): Words => overlay(en(), own);

/** Changes words in place: whoever holds them speaks the new language. */
export const overlay = (words: Words, own: Partial<Words>): Words =>
  Object.assign(words, own, { names: { ...words.names, ...own.names } });
