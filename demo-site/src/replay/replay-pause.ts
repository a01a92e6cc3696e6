/** One word between the tabs of this browser: a recording plays, so a tab with a live session pauses its own capture. */

import { palet } from "../palet/connection.ts";

type Word = "playing" | "over";

const channel = new BroadcastChannel("specimen-replay");
channel.addEventListener("message", (event: MessageEvent<Word>) => obey(event.data));

/** Says it to this tab and to all others. */
export function announceReplay(word: Word): void {
  obey(word);
  channel.postMessage(word);
}

function obey(word: Word): void {
  const session = palet();
  if (word === "playing") session?.pause();
  else session?.resume();
}
