/** Reasons come as clauses; people read sentences. */

/** "keys are held longer" → "Keys are held longer." */
export function sentence(clause: string): string {
  const text = clause.trim();
  if (text === "") return "";
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}
