/** A real `palet serve` on a free port, with a tenant of its own and an empty store, ended with the suite. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../..");
/** The server takes every PALET_* variable for a setting; the tests' own are none. */
const ENVIRONMENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PALET_")));
const PALET = process.env.PALET_BIN ?? join(ROOT, "target/release/palet");

export async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Runs a program to its end with this input; throws with what it said where it fails. */
function run(program, words, input) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ["pipe", "ignore", "pipe"], env: ENVIRONMENT });
    let said = "";
    child.stderr.on("data", (chunk) => (said += chunk));
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${program}: ${said}`))));
    child.stdin.end(input);
  });
}

/** Starts a server. `settings` is TOML that is added to the suite's own; `policy` is a policy's text. */
export async function startPalet(settings = "", policy = null) {
  const folder = mkdtempSync(join(tmpdir(), "palet-e2e-"));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const config = join(folder, "palet.toml");
  const policyFile = join(folder, "policy.toml");
  if (policy) writeFileSync(policyFile, policy);
  const ruled = policy ? `[policy]\nfile = "${policyFile}"\n` : "";
  writeFileSync(
    config,
    `[server]\nlisten = "127.0.0.1:${port}"\npublic_url = "${origin}"\n[store]\ndata_folder = "${join(folder, "data")}"\n` +
      `[enrolment]\ninterval_ms = 100\n[telemetry]\nfilter = "warn"\n[limits]\naddress_opens_per_s = 500\naddress_opens_burst = 2000\n` +
      `session_frames_per_s = 2000\nsession_frames_burst = 4000\n${ruled}${settings}`,
  );
  const cli = (...words) => execFileSync(PALET, words, { encoding: "utf8", env: ENVIRONMENT }).trim();
  cli("tenant", "--config", config, "add", "bank");
  const key = cli("tenant", "--config", config, "key", "bank");
  const child = spawn(PALET, ["serve", "--config", config], { stdio: ["ignore", "ignore", "pipe"], env: ENVIRONMENT });
  let said = "";
  child.stderr.on("data", (chunk) => (said = (said + chunk).slice(-4000)));
  const server = new Palet({ folder, origin, key, child, log: () => said });
  await server.ready();
  return server;
}

/** Starts `palet demo` on a free port and notes how long it took to be ready. */
export async function startDemo() {
  const folder = mkdtempSync(join(tmpdir(), "palet-demo-"));
  const port = await freePort();
  const began = Date.now();
  const words = ["demo", "--port", String(port), "--data", join(folder, "data")];
  const child = spawn(PALET, words, { stdio: ["ignore", "pipe", "pipe"], env: ENVIRONMENT });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said = (said + chunk).slice(-4000)));
  const demo = new Palet({ folder, origin: `http://127.0.0.1:${port}`, child, log: () => said });
  while (!said.includes("Ctrl-C") && child.exitCode === null) await sleep(20);
  await demo.ready();
  demo.readyMs = Date.now() - began;
  // Passkeys belong to a host's name, never to an address of numbers.
  demo.named = `http://localhost:${port}`;
  return demo;
}

class Palet {
  constructor(parts) {
    Object.assign(this, parts);
    this.socket = `${this.origin.replace("http", "ws")}/ws/v1/capture`;
  }

  async ready() {
    for (let tries = 0; tries < 100; tries += 1) {
      const answer = await fetch(`${this.origin}/readyz`).catch(() => null);
      if (answer?.ok) return;
      if (this.child.exitCode !== null) break;
      await sleep(100);
    }
    throw new Error(`palet did not become ready:\n${this.log()}`);
  }

  /** REST as the bank's backend; throws for anything but 2xx. */
  async rest(method, path, body) {
    const answer = await fetch(`${this.origin}/api/v1${path}`, {
      method,
      // A pooled connection may be closed by the server while a test is busy typing.
      headers: { connection: "close", authorization: `Bearer ${this.key}`, ...(body ? { "content-type": "application/json" } : {}) },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  /** Opens a session for a subject that logged in just now. */
  open(subject, origin, more = {}) {
    return this.rest("POST", "/sessions", { subject, origin, consent: "full", login_age_s: 0, ...more });
  }

  /**
   * Enrols people from their first recorded sessions, of keys or of a pointer: each is fed over the real protocol and
   * confirmed as genuine.
   */
  async enrol(people, sessions, what = "keys") {
    const feeder = process.env.PALET_FEED ?? join(ROOT, "target/release/feed");
    const probe = await this.open("probe", this.origin);
    const lines = [];
    const opened = [];
    for (const { id, sessions: recorded } of people) {
      for (const events of recorded.slice(0, sessions)) {
        const { session, token } = await this.open(id, this.origin);
        opened.push(session);
        lines.push(JSON.stringify({ token, [what]: events }));
      }
    }
    await run(feeder, [this.socket, probe.server_key, this.origin], `${lines.join("\n")}\n`);
    for (const session of opened) {
      await this.rest("POST", "/feedback", { session, kind: "genuine" });
      await this.rest("DELETE", `/sessions/${session}`);
    }
    const trained = what === "keys" ? "keys_trained" : "pointer_trained";
    await Promise.all(people.map(({ id }) => this.awaitTrained(id, trained)));
  }

  async awaitTrained(subject, trained) {
    for (let tries = 0; tries < 200; tries += 1) {
      const known = await this.rest("GET", `/subjects/${subject}`);
      if (known.references.some((reference) => reference[trained])) return;
      await sleep(100);
    }
    throw new Error(`${subject} was not trained in time`);
  }

  /** Runs another command of the binary over the same data; what it prints. Throws where it fails. */
  run(...words) {
    const env = { ...ENVIRONMENT, PALET_STORE__DATA_FOLDER: join(this.folder, "data") };
    return execFileSync(PALET, words, { env, encoding: "utf8" });
  }

  async stop() {
    this.child.kill("SIGTERM");
    if (this.child.exitCode === null) await new Promise((resolve) => this.child.once("exit", resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
