/** Counts as a small drawing: bars for one row, shaded squares for a grid. Said as numbers to screen readers. */

const BAR = { width: 6, gap: 1, height: 36 };
const SQUARE = 9;

/** One histogram. */
export function HistogramView(props: { counts: readonly number[]; rows: number; columns: number; name: string }) {
  const label = `${props.name}: ${props.counts.join(", ")}`;
  return props.rows === 1 ? <Bars counts={props.counts} label={label} /> : <Grid {...props} label={label} />;
}

function Bars({ counts, label }: { counts: readonly number[]; label: string }) {
  const highest = Math.max(1, ...counts);
  const width = counts.length * (BAR.width + BAR.gap);
  return (
    <svg class="bars" viewBox={`0 0 ${width} ${BAR.height}`} width={width} height={BAR.height} role="img" aria-label={label}>
      {counts.map((count, index) => {
        const height = (count / highest) * (BAR.height - 2);
        const x = index * (BAR.width + BAR.gap);
        return <rect key={index} x={x} y={BAR.height - height - 1} width={BAR.width} height={height + 1} />;
      })}
    </svg>
  );
}

function Grid({ counts, rows, columns, label }: { counts: readonly number[]; rows: number; columns: number; label: string }) {
  const highest = Math.max(1, ...counts);
  const [width, height] = [columns * SQUARE, rows * SQUARE];
  return (
    <svg class="grid" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={label}>
      {counts.map((count, index) => (
        <rect
          key={index}
          x={(index % columns) * SQUARE}
          y={Math.floor(index / columns) * SQUARE}
          width={SQUARE - 1}
          height={SQUARE - 1}
          fill-opacity={0.12 + 0.88 * (count / highest)}
        />
      ))}
    </svg>
  );
}
