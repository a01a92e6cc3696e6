/** Every batch that leaves this page, as it was before sealing: totals first, then each batch, newest first. */

import { useState } from "preact/hooks";
import { formatBytes, formatHex } from "../format/bytes.ts";
import { formatClock } from "../format/date.ts";
import type { InspectedBatch } from "../panel/inspected-batch.ts";
import { BATCHES_MAX } from "../panel/inspected-batch.ts";
import { batches, palet } from "../palet/connection.ts";
import { WindowView } from "./window-view.tsx";
import { summarise } from "./words.ts";

/** The list, what it means, and a way to send what is still waiting. */
export function InspectorPanel() {
  const list = batches.value;
  const bytes = list.reduce((sum, batch) => sum + batch.bytes.length, 0);
  return (
    <>
      <details class="explain">
        <summary>No characters, no key codes</summary>
        <p>
          A key becomes one of a few classes the moment it is pressed: left letter, right letter, space, other. Timings are
          counted into histograms by class pair; their order is dropped. Small blocks lose the classes too. Pointer strokes
          carry neither places nor directions.
        </p>
        <p>
          The batches below are the plaintext of the frames that this page sends. The drawer reads the bytes by itself, by the
          published schema, and shows bytes that it cannot read as they are.
        </p>
      </details>
      <div class="totals">
        <p>
          <strong>{list.length}</strong> {list.length === 1 ? "batch" : "batches"}
          {list.length === BATCHES_MAX ? " (the latest)" : ""} · <strong>{formatBytes(bytes)}</strong>
        </p>
        <button type="button" class="dock-button" disabled={palet() === null} onClick={() => void palet()?.flush()}>
          Send now
        </button>
      </div>
      {list.length === 0 ? (
        <p class="dock__soft">Nothing has left yet. A block is sent after 64 keys, some strokes, or a pause.</p>
      ) : (
        <ol class="batches">
          {list.map((batch) => (
            <BatchRow key={batch.key} batch={batch} />
          ))}
        </ol>
      )}
    </>
  );
}

function BatchRow({ batch }: { batch: InspectedBatch }) {
  const [open, setOpen] = useState(false);
  const summary = batch.message?.kind === "batch" ? summarise(batch.message.windows) : (batch.message?.name ?? "not readable here");
  return (
    <li>
      <details class="batch" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span class="batch__head">
            <span class="mono">#{batch.seq}</span>
            <time dateTime={new Date(batch.atMs).toISOString()}>{formatClock(batch.atMs)}</time>
            <span class="batch__size">{formatBytes(batch.bytes.length)}</span>
          </span>
          <span class="batch__summary">{summary}</span>
        </summary>
        {open ? <BatchBody batch={batch} /> : null}
      </details>
    </li>
  );
}

function BatchBody({ batch }: { batch: InspectedBatch }) {
  return (
    <div class="batch__body">
      {batch.message?.kind === "batch" ? batch.message.windows.map((window, index) => <WindowView key={index} window={window} />) : null}
      <details class="bytes">
        <summary>All {formatBytes(batch.bytes.length)}</summary>
        <pre tabIndex={0}>{formatHex(batch.bytes)}</pre>
      </details>
    </div>
  );
}
