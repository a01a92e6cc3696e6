// Gathers target/measured/*.json and writes target/measured/bench.json; exit status 1 where a figure misses its limit.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = "target/measured";
const rows = readdirSync(folder)
  .filter((file) => file.endsWith(".json") && file !== "bench.json")
  .flatMap((file) => JSON.parse(readFileSync(join(folder, file), "utf8")).map((row) => ({ file, ...row })));
writeFileSync(join(folder, "bench.json"), `${JSON.stringify(rows)}\n`);
const missed = rows.filter((row) => row.holds === false);
console.log(`\n${rows.length} figures, ${missed.length} beyond their limit`);
for (const { file, name, ours, ratio, unit, limit } of missed) {
  console.log(`  ${file}: ${name}: ${ratio ?? ours} ${ratio === null ? unit : "×"}, limit ${limit}`);
}
process.exitCode = missed.length > 0 ? 1 : 0;
