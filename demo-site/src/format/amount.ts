/** Amounts as people type them → the canonical text that the bank's backend takes. */

/** A parsed amount, or what is wrong with it in words. */
export type Amount = { text: string } | { fault: string };

/** "1,200.5" → "1200.50". Thousands may be grouped by comma or space; the decimal sign is a point. */
export function parseAmount(typed: string): Amount {
  const compact = typed.trim().replace(/^€\s*/, "").replace(/[\s,](?=\d{3}(?:\D|$))/g, "");
  if (compact === "") return { fault: "Enter an amount." };
  const match = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(compact);
  if (!match) return { fault: "Write the amount in euros and cents, like 120.00." };
  const text = `${Number(match[1])}.${(match[2] ?? "").padEnd(2, "0")}`;
  return Number(text) > 0 ? { text } : { fault: "The amount must be more than nothing." };
}
