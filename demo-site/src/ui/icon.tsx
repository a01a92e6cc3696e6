/** The site's few icons, drawn by hand on a grid of 20; always beside a word, so hidden from screen readers. */

const PATHS = {
  eye: "M2 10s3-5.5 8-5.500S18 10 18 10s-3 5.5-8 5.500S2 10 2 10Zm8 2.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  half: "M2 10s3-5.5 8-5.500c1.5 0 2.800.5 3.900 1.200M18 10s-3 5.5-8 5.500c-1.5 0-2.800-.5-3.900-1.200M4 16.5 16 3.5",
  lock: "M5.5 9h9a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1ZM7 9V6.500a3 3 0 0 1 6 0V9",
  pulse: "M2 10h4l2-5 4 10 2-5h4",
  list: "M3 5h14M3 10h14M3 15h9",
  play: "M6 4.500v11l9-5.5-9-5.500Z",
  stop: "M5.5 5.500h9v9h-9z",
  close: "M5 5l10 10M15 5 5 15",
  check: "M4 10.5 8 14.5 16 6",
  warn: "M10 3 18 16.500H2L10 3Zm0 5v4m0 2.300v.2",
  phone: "M6.5 2.500h7a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1ZM9 15h2",
  keyboard: "M2.5 6h15v8h-15zM5 8.500h.1M8 8.500h.1M11 8.500h.1M14 8.500h.1M6.5 11.500h7",
  pointer: "M5 3l10 7-4.5 1L13 16l-2.200 1-2.300-4.800L5 15V3Z",
  robot: "M5 7h10v9H5zM10 7V4M8 11h.1M12 11h.1M8 13.500h4",
  chip: "M6 6h8v8H6zM8 6V3M12 6V3M8 17v-3M12 17v-3M6 8H3M6 12H3M17 8h-3M17 12h-3",
  arrow: "M4 10h12M11 5l5 5-5 5",
} as const;

export type IconName = keyof typeof PATHS;

/** An icon in the colour of the text around it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
