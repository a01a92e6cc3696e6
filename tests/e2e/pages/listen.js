/* Keeps what the SDK's own tag says of itself. */
window.seen = { states: [] };
document.addEventListener("palet:ready", (event) => (window.palet = event.detail));
document.addEventListener("palet:fault", (event) => (window.seen.fault = String(event.detail)));
