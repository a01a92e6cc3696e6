/** The bank's pages begin here: settings, the session that a reload kept, then the page of the address. */

import { render } from "preact";
import { Shell } from "./app/shell.tsx";
import { route, startRouter } from "./app/router.ts";
import { loadState, me } from "./app/state.ts";
import { startPalet } from "./palet/connection.ts";
import "./style/tokens.css";
import "./style/base.css";
import "./style/layout.css";
import "./style/bank.css";
import "./style/fields.css";
import "./style/enrol.css";
import "./style/dock.css";
import "./style/risk.css";
import "./style/replay.css";
import "./style/inspector.css";

const root = document.getElementById("app");
if (root) render(<Shell />, root);
startRouter();
await loadState();
// The player's own tab is no part of the session that it plays into.
if (me.value && route.value !== "replay") await startPalet(me.value.session ?? me.value.id);
