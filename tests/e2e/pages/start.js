/* Starts PaLet as a bank's own script would, and keeps what a test looks at. */
import { Palet } from "/sdk/palet.js";

const { key, session, consent = "full", inspect = "no", strict, detect } = document.documentElement.dataset;
const seen = { states: [], risks: [], levels: {}, stepUps: [], batches: [], notices: [], found: [], violations: [] };
window.seen = seen;
document.addEventListener("securitypolicyviolation", (event) => seen.violations.push(event.violatedDirective));

const starting = Palet.init({
  endpoint: `ws://${location.host}/ws/v1/capture`,
  serverKey: key,
  token: async () => (await (await fetch(`/token?session=${session}`)).json()).token,
  consent,
  strict: strict === "yes",
  ...(detect && { detect }),
});
window.palet = await starting;
seen.states.push(window.palet.state);
window.palet.on("state", (state) => seen.states.push(state));
window.palet.on("risk", (risk) => seen.risks.push(risk));
window.palet.on("step-up", (stepUp) => seen.stepUps.push(stepUp));
window.palet.on("found", ({ element, ...found }) => seen.found.push({ id: element.id, ...found }));
window.palet.on("notice", (notice) => seen.notices.push(notice));
if (inspect === "yes") {
  window.palet.inspect(({ seq, bytes }) => seen.batches.push([seq, [...bytes]]));
}
