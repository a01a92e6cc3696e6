/** The levels of protection in words: what a badge says and what its explanation tells. */

/** A level as the SDK names it in the page. */
export type LevelName = "clear" | "partial" | "fpe" | "token" | "redact" | "block";

/** What a badge shows: a level, or that PaLet has not yet said anything and the bank's own masked text stands there. */
export type BadgeName = LevelName | "waiting";

/** A level's words. */
export interface LevelWords {
  badge: string;
  explanation: string;
}

const WORDS: Readonly<Record<BadgeName, LevelWords>> = {
  waiting: { badge: "Masked", explanation: "Masked by the bank, until PaLet has said its first word about this field." },
  clear: { badge: "Shown", explanation: "Shown in clear: nothing speaks against the customer so far." },
  partial: { badge: "Partly hidden", explanation: "Only the part that helps to recognise it is shown, as the risk is raised." },
  fpe: { badge: "Stand-in", explanation: "A stand-in of the same shape is shown instead of the value." },
  token: { badge: "Token", explanation: "Only an opaque token is shown." },
  redact: { badge: "Hidden", explanation: "Nothing of the value is in this page: not its text, not its length." },
  block: { badge: "Locked", explanation: "Hidden, and the field takes no input." },
};

/** An attribute's text → a level; anything unknown counts as hidden. */
export function parseLevel(text: string | null): LevelName {
  return text !== null && text !== "waiting" && Object.hasOwn(WORDS, text) ? (text as LevelName) : "redact";
}

/** What the badge of a sealed value says, from the level on the element and the text that stands there. */
export function badgeOf(level: string | null, text: string, bankText: string): BadgeName {
  const parsed = parseLevel(level);
  return parsed === "redact" && text === bankText ? "waiting" : parsed;
}

/** The words of a badge. */
export function levelWords(level: BadgeName): LevelWords {
  return WORDS[level];
}
