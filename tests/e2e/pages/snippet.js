/* What a template engine would write into the page: the SDK's own tag with its data attributes. */
const { key, session } = document.documentElement.dataset;
const tag = document.createElement("script");
window.seen = { states: [] };
document.addEventListener("palet:ready", (event) => {
  window.palet = event.detail;
  window.seen.states.push(event.detail.state);
});
document.addEventListener("palet:fault", (event) => (window.seen.fault = String(event.detail)));
Object.assign(tag.dataset, {
  endpoint: `ws://${location.host}/ws/v1/capture`,
  serverKey: key,
  tokenUrl: `/token?session=${session}`,
});
tag.type = "module";
tag.src = "/sdk/palet.js";
document.head.append(tag);
