/** Where each histogram cell of a keystroke block stands: the schema's published order of channels, classes and bins. */

/** How finely keys are told apart in a block. */
export type Ladder = "K4" | "K3" | "K1";

/** A channel of the histograms. */
export interface Channel {
  name: string;
  explanation: string;
  rows: number;
  columns: number;
  /** 0: no classes; 1: by class; 2: by pair of classes. */
  classesPerGroup: 0 | 1 | 2;
}

const BINS = 16;

/** All channels, in the order of the cells. */
export const CHANNELS: readonly Channel[] = [
  { name: "Dwell", explanation: "how long keys were held", rows: 1, columns: BINS, classesPerGroup: 1 },
  { name: "Release to press", explanation: "from letting go of a key to the next press", rows: 1, columns: BINS, classesPerGroup: 2 },
  { name: "Press to press", explanation: "from one press to the next", rows: 1, columns: BINS, classesPerGroup: 2 },
  { name: "Release to release", explanation: "from one release to the next", rows: 1, columns: BINS, classesPerGroup: 2 },
  { name: "Dwell, then release to press", explanation: "both together", rows: 6, columns: 7, classesPerGroup: 2 },
  { name: "Dwell, then dwell", explanation: "two keys’ dwells together, no classes", rows: 6, columns: 6, classesPerGroup: 0 },
];

/** The classes of each step of the ladder. */
export const CLASSES: Readonly<Record<Ladder, readonly string[]>> = {
  K4: ["left letter", "right letter", "space", "other"],
  K3: ["letter", "space", "other"],
  K1: ["any key"],
};

/** One histogram: all counts of a channel for one class or pair of classes. */
export interface Histogram {
  group: string;
  counts: number[];
}

/** A channel with its histograms that are not empty, and the sum of all of them. */
export interface ChannelHistograms {
  channel: Channel;
  sum: number[];
  groups: Histogram[];
}

/** Cells (index, count) → histograms by channel. `null` where an index is beyond the last cell. */
export function arrangeCells(ladder: Ladder, cells: readonly (readonly [number, number])[]): ChannelHistograms[] | null {
  const channels = CHANNELS.map((channel) => emptyChannel(channel, ladder));
  for (const [cell, count] of cells) {
    let offset = cell;
    const at = channels.find((candidate) => {
      const size = candidate.groups.length * candidate.sum.length;
      if (offset < size) return true;
      offset -= size;
      return false;
    });
    if (!at) return null;
    const bins = at.sum.length;
    const histogram = at.groups[Math.floor(offset / bins)];
    if (!histogram) return null;
    const bin = offset % bins;
    histogram.counts[bin] = (histogram.counts[bin] ?? 0) + count;
    at.sum[bin] = (at.sum[bin] ?? 0) + count;
  }
  return channels.map((channel) => ({ ...channel, groups: channel.groups.filter(({ counts }) => counts.some(Boolean)) }));
}

function emptyChannel(channel: Channel, ladder: Ladder): ChannelHistograms {
  const bins = channel.rows * channel.columns;
  const zeros = () => Array.from({ length: bins }, () => 0);
  return { channel, sum: zeros(), groups: groupNames(channel, ladder).map((group) => ({ group, counts: zeros() })) };
}

function groupNames(channel: Channel, ladder: Ladder): string[] {
  const classes = CLASSES[ladder];
  if (channel.classesPerGroup === 0) return ["all keys"];
  if (channel.classesPerGroup === 1) return [...classes];
  return classes.flatMap((first) => classes.map((second) => `${first} → ${second}`));
}
