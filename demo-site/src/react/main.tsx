/** @jsxImportSource react */
/** The React page begins here: PaLet as in any page, then React, each leaving the other's nodes alone. */

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { bank } from "../bank/client.ts";
import { loadSdk } from "../palet/sdk.ts";
import { ReactProfile } from "./react-profile.tsx";
import "../style/tokens.css";
import "../style/base.css";
import "../style/layout.css";
import "../style/bank.css";
import "../style/fields.css";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <ReactProfile />
    </StrictMode>,
  );
}

async function startPalet(): Promise<void> {
  const settings = await bank.config();
  await bank.me();
  const sdk = await loadSdk(settings.sdk.src);
  const session = await sdk.init({
    endpoint: settings.endpoint,
    serverKey: settings.server_key,
    token: () => bank.paletToken(),
    consent: "full",
  });
  session.setContext("profile");
}

// Without a sign-in or without the SDK nothing starts, and everything stays as the bank sent it: masked.
startPalet().catch(() => undefined);
