// Gathers target/measured/*.json and writes target/measured/bench.json; exit status 1 where a figure misses its limit.
// Error rates (`make eval`) are no bench.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = "target/measured";
const rows = readdirSync(folder)
  .filter((file) => file.endsWith(".json") && !["bench.json", "eval.json"].includes(file))
  .flatMap((file) => JSON.parse(readFileSync(join(folder, file), "utf8")).map((row) => ({ file, ...row })));
writeFileSync(join(folder, "bench.json"), `${JSON.stringify(rows)}\n`);
const missed = rows.filter((row) => row.holds === false);
const unmeasured = rows.filter((row) => row.limit !== null && row.ours === null);
console.log(`\n${rows.length - unmeasured.length} figures, ${missed.length} beyond their limit, ${unmeasured.length} not measured`);
for (const { file, name, ours, ratio, unit, limit } of missed) {
  console.log(`  ${file}: ${name}: ${ratio ?? ours} ${ratio === null ? unit : "×"}, limit ${limit}`);
}
for (const { file, name } of unmeasured) console.log(`  ${file}: ${name}`);
process.exitCode = missed.length > 0 ? 1 : 0;
