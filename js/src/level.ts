/** Levels of protection, each revealing no more than the one before. The index is the level's number on the wire. */

export const LEVELS = ["clear", "partial", "fpe", "token", "redact", "block"] as const;

export type Level = (typeof LEVELS)[number];

export const CLEAR = 0;
export const REDACT = 4;
export const BLOCK = 5;

/** What a redacted field shows, whatever its class, its value and the length of its value. */
export const REDACTED = "••••••";
