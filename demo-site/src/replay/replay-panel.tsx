/**
 * Plays a recorded owner, stranger or bot into the session of this bank page. Events that a script dispatches in a page
 * are untrusted, and PaLet counts them as such; so the server itself plays, with the real client, over the real socket,
 * and this page only watches its own fields change.
 */

import { useEffect, useState } from "preact/hooks";
import { route } from "../app/router.ts";
import { sentenceOf } from "../app/state.ts";
import type { RecordedStream, ReplayStatus } from "../bank/answers.ts";
import { bank } from "../bank/client.ts";
import { latestRisk, riskHistory } from "../palet/connection.ts";
import { BandPill } from "../panel/band-pill.tsx";
import { RiskCurve } from "../panel/risk-curve.tsx";
import { Fault } from "../ui/fault.tsx";
import { Icon } from "../ui/icon.tsx";
import { useLoaded } from "../ui/use-loaded.ts";
import { REPLAY_EVERY_MS, playReplay, replayStatus, stopReplay, watch } from "./replay-state.ts";
import { SPEEDS, replaySentence } from "./replay-words.ts";
import { TypistView } from "./typist-view.tsx";

/** The recordings and the one that plays. */
export function ReplayPanel() {
  const streams = useLoaded(bank.streams);
  const status = replayStatus.value;
  const [speed, setSpeed] = useState<number>(4);
  const [fault, setFault] = useState<string | null>(null);
  const playing = status?.state === "playing";
  useEffect(() => void watch(), []);
  const play = (stream: string) => {
    setFault(null);
    playReplay(stream, speed).catch((reason: unknown) => setFault(sentenceOf(reason)));
  };
  return (
    <>
      <p class="dock__soft">
        The server plays a recording into this very session, as a second client with the real protocol. This page’s own typing is
        paused meanwhile.{" "}
        {route.value === "replay" ? null : (
          <a href="/replay" target="_blank">
            Play from a second tab
          </a>
        )}
      </p>
      <Fault text={fault ?? streams.fault} />
      <SpeedChoice speed={speed} onChoose={setSpeed} />
      <ul class="streams">
        {streams.value?.map((stream) => (
          <StreamRow key={stream.id} stream={stream} current={playing && status.stream === stream.id} onPlay={() => play(stream.id)} />
        ))}
      </ul>
      {status === null || status.state === "idle" ? null : <Playing status={status} />}
    </>
  );
}

function SpeedChoice({ speed, onChoose }: { speed: number; onChoose: (speed: number) => void }) {
  return (
    <fieldset class="speeds">
      <legend>Speed</legend>
      {SPEEDS.map((choice) => (
        <label key={choice}>
          <input type="radio" name="speed" value={choice} checked={choice === speed} onChange={() => onChoose(choice)} />
          <span>{choice} ×</span>
        </label>
      ))}
    </fieldset>
  );
}

function StreamRow({ stream, current, onPlay }: { stream: RecordedStream; current: boolean; onPlay: () => void }) {
  return (
    <li class={current ? "stream stream--current" : "stream"}>
      <div>
        <p class="stream__title">{stream.title}</p>
        <p class="dock__soft">{stream.about}</p>
      </div>
      {current ? (
        <button type="button" class="dock-button" onClick={() => void stopReplay()}>
          <Icon name="stop" /> Stop
        </button>
      ) : (
        <button type="button" class="dock-button" disabled={!stream.available} onClick={onPlay} aria-label={`Play: ${stream.title}`}>
          <Icon name="play" /> Play
        </button>
      )}
    </li>
  );
}

function Playing({ status }: { status: ReplayStatus }) {
  return (
    <section class="playing" aria-label="The recording">
      <TypistView status={status} everyMs={REPLAY_EVERY_MS} />
      <p role="status">{replaySentence(status)}</p>
      {latestRisk.value === null ? null : (
        <p>
          <BandPill band={latestRisk.value.band} risk={latestRisk.value.risk} />
        </p>
      )}
      {riskHistory.value.length === 0 ? null : <RiskCurve history={riskHistory.value} />}
    </section>
  );
}
