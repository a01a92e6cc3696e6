import { readFileSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const PAGES = readdirSync(ROOT).filter((name) => name.endsWith(".html"));
const SOURCES = readdirSync(resolve(ROOT, "src"), { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));

/** What a strict Content-Security-Policy with Trusted Types refuses in a document. */
export function refusals(html: string): string[] {
  const faults: string[] = [];
  for (const [tag, attributes = ""] of html.matchAll(/<script\b([^>]*)>/g)) {
    if (!/\bsrc=/.test(attributes)) faults.push(`inline script: ${tag}`);
  }
  if (/<style\b/.test(html)) faults.push("inline style sheet");
  for (const [attribute] of html.matchAll(/\s(?:style|on[a-z]+)="/g)) faults.push(`inline attribute:${attribute}`);
  for (const [address] of html.matchAll(/(?:src|href)="(?:https?:)?\/\/[^"]*/g)) faults.push(`foreign address: ${address}`);
  return faults;
}

describe("a page under a strict policy", () => {
  it.each(PAGES)("%s has nothing inline and nothing foreign", (page) => {
    expect(refusals(readFileSync(resolve(ROOT, page), "utf8"))).toEqual([]);
  });
  it("is one of the three documents", () => {
    expect(PAGES.toSorted()).toEqual(["index.html", "plain.html", "react.html"]);
  });
  it("would be found out", () => {
    const html = '<script>1</script><style></style><p style="a" onclick="b"><img src="//x.example/y">';
    expect(refusals(html)).toHaveLength(5);
  });
});

describe("the sources", () => {
  it.each(SOURCES)("%s writes no markup from text", (name) => {
    const text = readFileSync(resolve(ROOT, "src", name), "utf8");
    expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|new Function|eval\(/);
  });
});
