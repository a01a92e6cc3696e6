// Gathers what `palet eval --out` left in target/eval and writes target/measured/eval.json: error rates, times to a mask
// and speed, with the limits that the project sets itself where it sets one. Prints those beyond them; a miss is no failure of the run.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = "target/eval";
// File, figure, the operating point where there are several, unit, limit, and whether more is better.
const figures = [
  ["trials/monaco-free/report.json", "eer", null, "", 0.055],
  ["trials/monaco-free/report.json", "fnmr_at_fmr_1pct", null, "", 0.13],
  ["trials/monaco-free/report.json", "worst_decile_fnmr_at_fmr_1pct", null, "", null],
  ["trials/aalto-sentences/report.json", "eer", null, "", 0.035],
  ["trials/aalto-sentences/report.json", "fnmr_at_fmr_1pct", null, "", 0.14],
  ["trials/monaco-fixed/report.json", "eer", null, "", 0.055],
  ["trials/monaco-fixed/report.json", "fnmr_at_fmr_1pct", null, "", 0.22],
  ["trials/monaco-keypad/report.json", "eer", null, "", 0.075],
  ["trials/monaco-keypad/report.json", "fnmr_at_fmr_1pct", null, "", 0.32],
  ["trials/sapimouse/report.json", "eer", null, "", 0.105],
  ["trials/sapimouse/report.json", "fnmr_at_fmr_1pct", null, "", 0.48],
  ["joined/report.json", "eer", null, "", 0.06],
  ["joined/report.json", "fnmr_at_fmr_1pct", null, "", 0.25],
  ["trials/balabit/report.json", "auc", null, "", 0.89, "more"],
  ...["aalto-sentences", "balabit", "monaco-free", "sapimouse"].map((name) =>
    [`trials/${name}/report.json`, "windows_per_s", null, "windows/s/core", 20000, "more"]),
  ["takeover/monaco-free/takeover.json", "median_events_to_mask", "1-per-2500-keys", "keys", 96],
  ["takeover/monaco-free/takeover.json", "p90_events_to_mask", "1-per-2500-keys", "keys", 210],
  ["takeover/monaco-free/takeover.json", "found_within_500_events", "1-per-2500-keys", "", 0.94, "more"],
  ["takeover/sapimouse/takeover.json", "median_seconds_to_mask", "1-per-hour", "s", 17],
  ["takeover/sapimouse/takeover.json", "p90_seconds_to_mask", "1-per-hour", "s", 35],
  ["fused/takeover.json", "median_events_to_mask", "1-per-10-hours", "keys", null],
  ["fused/takeover.json", "median_seconds_to_mask", "1-per-10-hours", "s", null],
];

const read = (...path) => JSON.parse(readFileSync(join(folder, ...path), "utf8"));

// How long a corpus of half a million events took or would have taken, for those that have so many.
const EVENTS = 500000;
const speeds = (existsSync(join(folder, "trials")) ? readdirSync(join(folder, "trials")) : [])
  .map((name) => ({ report: read("trials", name, "report.json"), fromTo: read("trials", name, "from-to.json") }))
  .filter(({ report }) => report.events >= EVENTS)
  .map(({ report, fromTo: [from, to] }) => {
    const ours = ((to - from) * EVENTS) / report.events;
    const name = `${report.corpus}, time for ${EVENTS} events`;
    return { name, ours, peer: null, ratio: null, unit: "s", limit: 60, holds: ours <= 60 };
  });

const rows = figures
  .filter(([file]) => existsSync(join(folder, file)))
  .map(([file, figure, point, unit, limit, better = "less"]) => {
    const report = read(file);
    const told = point === null ? report : report.operating_points.find(({ name }) => name === point);
    const ours = told?.[figure] ?? null;
    const joined = report.probes_joined > 1 ? `${report.probes_joined} probes together` : null;
    const name = [report.corpus, joined, point, figure].filter((part) => part !== null).join(", ");
    const within = better === "more" ? ours >= limit : ours <= limit;
    const holds = limit === null ? null : ours !== null && within;
    return { name, ours, peer: null, ratio: null, unit, limit, holds };
  })
  .concat(speeds);
mkdirSync("target/measured", { recursive: true });
writeFileSync("target/measured/eval.json", `${JSON.stringify(rows)}\n`);
const missed = rows.filter(({ holds }) => holds === false);
console.log(`\n${rows.length} figures, ${missed.length} beyond the limit that is set for them`);
for (const { name, ours, unit, limit } of missed) console.log(`  ${name}: ${ours ?? "none"} ${unit}, limit ${limit}`.trimEnd());
