/**
 * The recording that plays, as every tab of this browser sees it. While one plays, a tab's own capture is paused, so that
 * its owner's hand on the mouse does not mix in; it goes on when the recording is over, whatever is on the screen.
 */

import { effect, signal } from "@preact/signals";
import type { ReplayStatus } from "../bank/answers.ts";
import { bank } from "../bank/client.ts";
import { palet } from "../palet/connection.ts";

/** How often the server is asked how far the recording is. */
export const REPLAY_EVERY_MS = 500;

/** The latest answer; `null` before the first. */
export const replayStatus = signal<ReplayStatus | null>(null);

const LOOK = "look";
const channel = new BroadcastChannel("specimen-replay");
channel.addEventListener("message", () => void watch());
let watching = false;

/** Plays a recording from its beginning, in place of any that plays. Rejects with the bank's fault. */
export async function playReplay(stream: string, speed: number): Promise<void> {
  replayStatus.value = await bank.startReplay(stream, speed);
  channel.postMessage(LOOK);
  void watch();
}

/** Ends the recording that plays. */
export async function stopReplay(): Promise<void> {
  await bank.stopReplay().catch(() => undefined);
  void watch();
}

/** Asks until nothing plays any more. One round of asking at a time. */
export async function watch(): Promise<void> {
  if (watching) return;
  watching = true;
  do {
    replayStatus.value = await bank.replay().catch(() => null);
    await new Promise((resolve) => setTimeout(resolve, REPLAY_EVERY_MS));
  } while (replayStatus.value?.state === "playing");
  watching = false;
}

let paused = false;

effect(() => {
  const playing = replayStatus.value?.state === "playing";
  const session = palet();
  if (!session || playing === paused) return;
  paused = playing;
  if (playing) session.pause();
  else session.resume();
});
