/** Sizes in words: what the inspector says about a batch. */

/** "1 byte", "312 bytes", "1.4 kB" (1 kB = 1,000 bytes). */
export function formatBytes(count: number): string {
  if (count === 1) return "1 byte";
  if (count < 1_000) return `${count} bytes`;
  return `${(count / 1_000).toFixed(1)} kB`;
}

/** Two hexadecimal digits a byte, sixteen bytes a line. */
export function formatHex(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let from = 0; from < bytes.length; from += 16) {
    const line = Array.from(bytes.subarray(from, from + 16), (byte) => byte.toString(16).padStart(2, "0"));
    lines.push(line.join(" "));
  }
  return lines.join("\n");
}
