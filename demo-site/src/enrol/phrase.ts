/** Phrases are compared as the bank's backend does: without outer spaces, without capitals. */

/** The form that is compared. */
export function normalisePhrase(text: string): string {
  return text.trim().toLowerCase();
}
