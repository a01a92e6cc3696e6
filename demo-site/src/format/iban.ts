/** IBANs (ISO 13616) as people type them: grouped by four, checked before the bank's backend checks them again. */

const SHAPE = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/;

/** "de89370400440532013000" → "DE89 3704 0044 0532 0130 00". */
export function groupIban(text: string): string {
  return compactIban(text).replace(/(.{4})(?=.)/g, "$1 ");
}

/** Without spaces, in capitals. */
export function compactIban(text: string): string {
  return text.replace(/\s+/g, "").toUpperCase();
}

/** What is wrong with an IBAN, in words for the person who typed it; `null` where nothing is. */
export function ibanFault(text: string): string | null {
  const compact = compactIban(text);
  if (compact === "") return "Enter the recipient’s IBAN.";
  if (!SHAPE.test(compact)) return "An IBAN starts with two letters and two digits and has 15 to 34 characters.";
  return remainder97(compact) === 1 ? null : "This IBAN’s check digits do not fit: a character is wrong or swapped.";
}

/** ISO 7064 MOD 97-10 over the rearranged number. */
function remainder97(compact: string): number {
  const rearranged = compact.slice(4) + compact.slice(0, 4);
  let remainder = 0;
  for (const character of rearranged) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder;
}
