/** Days and times as this bank writes them: British English, the reader's own time zone for instants. */

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** "2026-11-20" → "20 November 2026"; a text that is no day comes back as it is. */
export function formatDay(isoDay: string): string {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(isoDay) ? Date.parse(`${isoDay}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(at) ? isoDay : DAY.format(at);
}

/** An instant in milliseconds since 1970 → "14:03:22". */
export function formatClock(atMs: number): string {
  return CLOCK.format(atMs);
}

/** A span in milliseconds → "8 s", "2 min 05 s", "3 min". */
export function formatSpan(spanMs: number): string {
  const seconds = Math.max(0, Math.round(spanMs / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = `${Math.floor(seconds / 60)} min`;
  return seconds % 60 === 0 ? minutes : `${minutes} ${String(seconds % 60).padStart(2, "0")} s`;
}
