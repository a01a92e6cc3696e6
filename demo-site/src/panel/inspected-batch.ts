/** The list behind the inspector: each batch as it was, read once when it came, bounded. */

import { type PageMessage, readMessage } from "../inspector/batch.ts";

/** A batch that left, or was about to. */
export interface InspectedBatch {
  /** Number within this list, so that equal batches stay two rows. */
  key: string;
  seq: number;
  atMs: number;
  bytes: Uint8Array;
  /** What it says; `null` where this page cannot read it, which is shown as plain bytes. */
  message: PageMessage | null;
}

/** How many batches are kept for looking at. */
export const BATCHES_MAX = 200;

/** Reads a batch. One that cannot be read is kept too: nothing that leaves is left out of the list. */
export function inspectBatch(seq: number, bytes: Uint8Array, atMs: number): InspectedBatch {
  let message: PageMessage | null = null;
  try {
    message = readMessage(bytes);
  } catch {
    // Shown as plain bytes.
  }
  return { key: `${seq}-${atMs}-${bytes.length}`, seq, atMs, bytes: bytes.slice(), message };
}

/** Newest first; the oldest make room. */
export function addBatch(batches: readonly InspectedBatch[], batch: InspectedBatch): InspectedBatch[] {
  return [batch, ...batches].slice(0, BATCHES_MAX);
}
