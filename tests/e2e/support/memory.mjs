/** Everywhere that a value could stay behind in a page: document, what screen readers get, script's memory, wasm's. */

/** Keeps the memories of wasm modules where a test finds them. Runs in the page before anything else. */
export function keepMemories() {
  const memories = [];
  const instantiate = WebAssembly.instantiate;
  WebAssembly.instantiate = async (...words) => {
    const made = await instantiate(...words);
    const { memory } = (made.instance ?? made).exports;
    if (memory) memories.push(memory);
    return made;
  };
  window.wasmMemories = memories;
}

/** Which of the texts stand in the document: markup, values of controls, roots of shadows. */
export async function inDocument(page, texts) {
  const all = await page.evaluate(() => {
    const roots = [document.documentElement];
    let text = "";
    for (const root of roots) {
      text += root.outerHTML ?? root.innerHTML;
      for (const element of root.querySelectorAll("*")) {
        if (element.shadowRoot) roots.push(element.shadowRoot);
        if ("value" in element) text += `\n${element.value}`;
      }
    }
    return text;
  });
  return texts.filter((text) => all.includes(text));
}

/** Which of the texts the browser hands to screen readers. */
export async function inAccessibility(cdp, texts) {
  await cdp.send("Accessibility.enable");
  const { nodes } = await cdp.send("Accessibility.getFullAXTree");
  const all = JSON.stringify(nodes);
  return texts.filter((text) => all.includes(text));
}

/** Which of the texts the page's script still holds, after its garbage was taken out. */
export async function inScript(cdp, texts) {
  await cdp.send("HeapProfiler.enable");
  for (let turn = 0; turn < 3; turn += 1) await cdp.send("HeapProfiler.collectGarbage");
  const chunks = [];
  const take = ({ chunk }) => chunks.push(chunk);
  cdp.on("HeapProfiler.addHeapSnapshotChunk", take);
  await cdp.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  cdp.off("HeapProfiler.addHeapSnapshotChunk", take);
  const { strings } = JSON.parse(chunks.join(""));
  return texts.filter((text) => strings.some((string) => string.includes(text)));
}

/** Which of the texts stand in the memory of a wasm module, as UTF-8. Counts the modules as well. */
export async function inWasm(page, texts) {
  const dumps = await page.evaluate(() =>
    window.wasmMemories.map((memory) => {
      const bytes = new Uint8Array(memory.buffer);
      let text = "";
      for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
      return text;
    }),
  );
  const latin = (text) => Buffer.from(text, "utf8").toString("latin1");
  return { modules: dumps.length, found: texts.filter((text) => dumps.some((dump) => dump.includes(latin(text)))) };
}
