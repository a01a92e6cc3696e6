/** The levels of protection in words: what a badge says and what its explanation tells. */

/** A level as the SDK names it in the page. */
export type LevelName = "clear" | "partial" | "fpe" | "token" | "redact" | "block";

/** A level's words. */
export interface LevelWords {
  badge: string;
  explanation: string;
}

const WORDS: Readonly<Record<LevelName, LevelWords>> = {
  clear: { badge: "Shown", explanation: "Shown in clear: the behaviour so far fits the customer." },
  partial: { badge: "Partly hidden", explanation: "Only the part that helps to recognise it is shown, as the risk is raised." },
  fpe: { badge: "Stand-in", explanation: "A stand-in of the same shape is shown instead of the value." },
  token: { badge: "Token", explanation: "Only an opaque token is shown." },
  redact: { badge: "Hidden", explanation: "Nothing of the value is in this page: not its text, not its length." },
  block: { badge: "Locked", explanation: "Hidden, and the field takes no input." },
};

/** An attribute's text → a level; anything unknown counts as hidden. */
export function parseLevel(text: string | null): LevelName {
  return text !== null && Object.hasOwn(WORDS, text) ? (text as LevelName) : "redact";
}

/** The words of a level. */
export function levelWords(level: LevelName): LevelWords {
  return WORDS[level];
}
