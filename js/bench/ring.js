// What a page cannot do without if it is to see every key and pointer sample: passive listeners that write into a typed
// array, emptied once a frame. The SDK's cost is measured against this.

const STRIDE = 4;
const ring = new Float64Array(4096 * STRIDE);
const copy = new Float64Array(ring.length);
const classes = new Map();
"QWERTYUIOPASDFGHJKLZXCVBNM".split("").forEach((letter, at) => classes.set(`Key${letter}`, at % 2));
classes.set("Space", 2);
let head = 0;

function drain() {
  copy.set(ring.subarray(0, head));
  head = 0;
}

function push(at, code, x, y) {
  if (head === 0) requestAnimationFrame(drain);
  if (head + STRIDE > ring.length) return;
  ring[head] = at;
  ring[head + 1] = code;
  ring[head + 2] = x;
  ring[head + 3] = y;
  head += STRIDE;
}

function move(event) {
  for (const sample of event.getCoalescedEvents()) push(sample.timeStamp, 1, sample.clientX, sample.clientY);
}

const key = (phase) => (event) => push(event.timeStamp, phase | ((classes.get(event.code) ?? 7) << 3), 0, 0);
const click = (event) => push(event.timeStamp, 5, event.clientX, event.clientY);

const how = { capture: true, passive: true };
addEventListener("pointermove", move, how);
addEventListener("pointerdown", click, how);
addEventListener("pointerup", click, how);
addEventListener("keydown", key(0), how);
addEventListener("keyup", key(4), how);
