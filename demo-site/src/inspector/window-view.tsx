/** One feature window, readable: histograms as drawings, strokes as a table, counters in words. */

import { useState } from "preact/hooks";
import { formatSpan } from "../format/date.ts";
import type { ContextWindow, DeviceWindow, FeatureWindow, FixedTextWindow, KeystrokeWindow, PointerWindow, Stroke } from "./batch.ts";
import { ABSENT } from "./batch.ts";
import { HistogramView } from "./histogram.tsx";
import { type ChannelHistograms, arrangeCells } from "./layout.ts";
import { LADDER_WORDS, SIGNALS, counted, strokeFigures } from "./words.ts";

/** The view of a window's kind. */
export function WindowView({ window }: { window: FeatureWindow }) {
  switch (window.kind) {
    case "keystroke":
      return <KeystrokeView window={window} />;
    case "pointer":
      return <PointerView window={window} />;
    case "fixed-text":
      return <FixedTextView window={window} />;
    case "device":
      return <DeviceView window={window} />;
    case "context":
      return <ContextView window={window} />;
  }
}

function KeystrokeView({ window }: { window: KeystrokeWindow }) {
  const channels = arrangeCells(window.ladder, window.cells);
  return (
    <section class="window">
      <h3>{counted(window.keys, "key")} as histograms</h3>
      <p class="dock__soft">{LADDER_WORDS[window.ladder]}. Bars run from short to long; the order of keys is gone.</p>
      {channels === null ? (
        <p>These cells lie beyond the layout that this page knows.</p>
      ) : (
        <div class="channels">
          {channels.map((histograms) => (
            <ChannelView key={histograms.channel.name} histograms={histograms} />
          ))}
        </div>
      )}
      <dl class="facts">
        <Row label="Held exactly as long as the key before" value={String(window.repeats)} />
        <Row label="Pressed too soon for hands" value={String(window.hasty)} />
      </dl>
    </section>
  );
}

function ChannelView({ histograms }: { histograms: ChannelHistograms }) {
  const { channel, sum, groups } = histograms;
  const [open, setOpen] = useState(false);
  const total = sum.reduce((left, right) => left + right, 0);
  if (total === 0) return null;
  return (
    <div class="channel">
      <p class="channel__name">
        {channel.name} <span class="dock__soft">{channel.explanation}</span>
      </p>
      <HistogramView counts={sum} rows={channel.rows} columns={channel.columns} name={channel.name} />
      {groups.length > 1 ? (
        <details onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>
            {groups.length} {channel.classesPerGroup === 2 ? "pairs of classes" : "classes"}
          </summary>
          {open ? (
            <ul class="groups-list">
              {groups.map(({ group, counts }) => (
                <li key={group}>
                  <span>{group}</span>
                  <HistogramView counts={counts} rows={channel.rows} columns={channel.columns} name={group} />
                </li>
              ))}
            </ul>
          ) : null}
        </details>
      ) : null}
    </div>
  );
}

function PointerView({ window }: { window: PointerWindow }) {
  return (
    <section class="window">
      <h3>
        {counted(window.strokes.length, "stroke")} of a {window.pointer}
      </h3>
      <p class="dock__soft">
        {window.samples} samples in {formatSpan(window.spanMs)}, {window.rate} sampling. Sorted by their figures, not by time; no
        places, no directions.
      </p>
      <div class="table-holder" tabIndex={0} role="region" aria-label="Strokes">
        <table>
          <thead>
            <tr>
              <th scope="col">Kind</th>
              <th scope="col">ms</th>
              <th scope="col">px</th>
              <th scope="col">straight</th>
              <th scope="col">px/s</th>
              <th scope="col">top</th>
            </tr>
          </thead>
          <tbody>
            {window.strokes.map((stroke, index) => (
              <StrokeRow key={index} stroke={stroke} />
            ))}
          </tbody>
        </table>
      </div>
      <AllFeatures strokes={window.strokes} />
    </section>
  );
}

function StrokeRow({ stroke }: { stroke: Stroke }) {
  const figures = strokeFigures(stroke);
  return (
    <tr>
      <th scope="row">{stroke.kind}</th>
      <td>{figures.durationMs}</td>
      <td>{figures.lengthPx}</td>
      <td>{figures.straightPx}</td>
      <td>{figures.meanPxPerS}</td>
      <td>{figures.fastestPxPerS}</td>
    </tr>
  );
}

function AllFeatures({ strokes }: { strokes: readonly Stroke[] }) {
  return (
    <details class="bytes">
      <summary>All {strokes[0]?.features.length ?? 0} numbers of each stroke</summary>
      <pre tabIndex={0}>
        {strokes.map(({ features }) => features.map((step) => (step === ABSENT ? "–" : step)).join(" ")).join("\n\n")}
      </pre>
    </details>
  );
}

function endInWords([flight, held]: number[]): string {
  if (flight === undefined) return "None: the field was left without a key.";
  const pressed = `Pressed ${flight} ms after the last one`;
  return held === undefined ? `${pressed}; the entry left before it came up.` : `${pressed}, held for ${held} ms.`;
}

function FixedTextView({ window }: { window: FixedTextWindow }) {
  return (
    <section class="window">
      <h3>One entry of the sign-in phrase</h3>
      <p class="dock__soft">
        {counted(window.dwellMs.length, "key")} in order: the phrase is the same for everybody and the field was opted in. Nothing
        else leaves in order.
      </p>
      <p class="channel__name">Dwell, key by key</p>
      <HistogramView counts={window.dwellMs} rows={1} columns={window.dwellMs.length} name="Dwell of each key in milliseconds" />
      <p class="channel__name">Press to press</p>
      <HistogramView
        counts={window.flightDdMs}
        rows={1}
        columns={window.flightDdMs.length}
        name="Press to press of neighbours in milliseconds"
      />
      <p class="channel__name">The key that ended it</p>
      <p class="dock__soft">{endInWords(window.endMs)}</p>
    </section>
  );
}

function DeviceView({ window }: { window: DeviceWindow }) {
  return (
    <section class="window">
      <h3>Device, kept apart from the person</h3>
      <dl class="facts">
        <Row label="Kind" value={window.deviceClass} />
        <Row label="Step of the clock" value={window.timerQuantumUs === 0 ? "not known yet" : `${window.timerQuantumUs} µs`} />
        <Row label="Pointer samples a second" value={window.pointerRateHz === 0 ? "not known yet" : String(window.pointerRateHz)} />
      </dl>
    </section>
  );
}

function ContextView({ window }: { window: ContextWindow }) {
  const signals = window.signals.flatMap((count, code) => (count === 0 ? [] : [{ label: SIGNALS[code] ?? `Signal ${code}`, count }]));
  return (
    <section class="window">
      <h3>Counters</h3>
      <dl class="facts">
        <Row label="Keys in ordinary fields" value={String(window.openKeys)} />
        <Row label="Keys in secret fields (a total, nothing else)" value={String(window.secretKeys)} />
        <Row label="Keys in the phrase’s field" value={String(window.fixedTextKeys)} />
        {signals.map(({ label, count }) => (
          <Row key={label} label={label} value={String(count)} />
        ))}
      </dl>
    </section>
  );
}

function Row({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
