/** Recorded key names as what a browser dispatches for them: `{ code, key, text, vk }`. */

const NAMED = {
  space: ["Space", " ", " ", 32],
  backspace: ["Backspace", "Backspace", "", 8],
  shift: ["ShiftLeft", "Shift", "", 16],
  enter: ["Enter", "Enter", "\r", 13],
  return: ["Enter", "Enter", "\r", 13],
  tab: ["Tab", "Tab", "", 9],
  caps_lock: ["CapsLock", "CapsLock", "", 20],
  comma: ["Comma", ",", ",", 188],
  period: ["Period", ".", ".", 190],
  quote: ["Quote", "'", "'", 222],
  semicolon: ["Semicolon", ";", ";", 186],
  slash: ["Slash", "/", "/", 191],
  minus: ["Minus", "-", "-", 189],
  left: ["ArrowLeft", "ArrowLeft", "", 37],
  right: ["ArrowRight", "ArrowRight", "", 39],
};

/** What to dispatch for a recorded key. Keys that would leave the field or the page become punctuation. */
export function browserKey(name) {
  if (/^[a-z]$/.test(name)) {
    const upper = name.toUpperCase();
    return { code: `Key${upper}`, key: name, text: name, vk: upper.charCodeAt(0) };
  }
  if (/^[0-9]$/.test(name)) return { code: `Digit${name}`, key: name, text: name, vk: name.charCodeAt(0) };
  const known = name === "tab" ? undefined : NAMED[name];
  const [code, key, text, vk] = known ?? NAMED.period;
  return { code, key, text, vk };
}
