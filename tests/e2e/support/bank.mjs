/**
 * A bank of the tests' own: pages under a strict CSP, its backend's token route, and PaLet behind the same origin.
 *
 * The socket and the POST fallback are passed through, so that a test can cut them as a network would.
 */
import { readFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";

import { build } from "esbuild";

import { ROOT } from "./palet.mjs";

const SDK = join(ROOT, "js/dist");
const PAGES = join(ROOT, "tests/e2e/pages");

export const CSP =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** Values of the account that the pages show, and under which class each is sealed. */
export const VALUES = [
  { reference: "iban", class: "iban", value: "DE02 1203 0000 0000 2020 51", record: "account-1" },
  { reference: "balance", class: "balance", value: "12,408.77 EUR", record: "account-1" },
  { reference: "phone", class: "phone", value: "+49 30 901820", record: "person-1" },
];

const TYPES = { js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm", css: "text/css", html: "text/html" };

export async function startBank(palet) {
  const bank = new Bank(palet);
  await bank.start();
  return bank;
}

class Bank {
  sockets = new Set();
  refusesSockets = false;
  isCut = false;
  bundle = null;
  /** What the pages' fields show. */
  values = VALUES;

  constructor(palet) {
    this.palet = palet;
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error) => {
        response.statusCode = 500;
        response.end(String(error));
      });
    });
    this.server.on("upgrade", (request, socket, head) => this.pass(request, socket, head));
  }

  async start() {
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.origin = `http://127.0.0.1:${this.server.address().port}`;
  }

  /** A page for a subject that logged in just now: its address. Options become data attributes that the page reads. */
  async page(kind, subject, options = {}) {
    const { session, server_key } = await this.palet.open(subject, this.origin);
    const query = new URLSearchParams({ session, key: server_key, ...options });
    return { url: `${this.origin}/page/${kind}?${query}`, session };
  }

  /** Ends every socket and refuses whatever comes, until `mend`. */
  cut() {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend() {
    this.isCut = false;
    this.refusesSockets = false;
  }

  async stop() {
    this.cut();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async answer(request, response) {
    const url = new URL(request.url, this.origin);
    const [, room, name = ""] = url.pathname.split("/");
    if (room === "page") return this.sendPage(name, url.searchParams, response);
    if (room === "token") return this.sendToken(url.searchParams.get("session"), response);
    if (room === "sdk") return this.sendFile(join(SDK, name), response);
    if (room === "bundle") return this.sendBundle(response);
    if (room === "api") return this.passRequest(request, response);
    return this.sendFile(join(PAGES, room), response);
  }

  async sendPage(kind, query, response) {
    const session = query.get("session");
    const { items } = await this.palet.rest("POST", "/obfuscation/mask", { session, items: this.values });
    const field = ({ reference, class: name, label, sealed, display }) =>
      `<p>${reference}: <span id="${reference}" data-palet-field="${name}" data-palet-label="${label}" data-palet-sealed="${sealed}">${display}</span></p>`;
    const data = [...query].map(([name, value]) => `data-${name}="${value.replaceAll('"', "&quot;")}"`).join(" ");
    const template = readFileSync(join(PAGES, `${kind}.html`), "utf8");
    const html = template.replace("<!--fields-->", items.map(field).join("\n")).replace("<html", `<html ${data}`);
    const filled = html.replace(/\{\{(\w+)\}\}/g, (_, name) => query.get(name) ?? "");
    const sealed = JSON.stringify(items.map(({ reference, class: name, sealed: token, display }) => ({ reference, name, token, display })));
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.setHeader("content-security-policy", query.get("wasm") === "no" ? CSP.replace(" 'wasm-unsafe-eval'", "") : CSP);
    response.end(filled.replace("<!--sealed-->", sealed.replaceAll('"', "&quot;")));
  }

  async sendToken(session, response) {
    const { token } = await this.palet.rest("POST", "/sessions", { session });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ token }));
  }

  sendFile(path, response) {
    response.setHeader("content-type", TYPES[path.split(".").pop()] ?? "application/octet-stream");
    try {
      response.end(readFileSync(path));
    } catch {
      response.statusCode = 404;
      response.end();
    }
  }

  async sendBundle(response) {
    this.bundle ??= await build({
      entryPoints: [join(PAGES, "react.jsx")], bundle: true, write: false, format: "esm", jsx: "automatic",
      external: ["/sdk/*"], define: { "process.env.NODE_ENV": '"production"' },
    });
    response.setHeader("content-type", "text/javascript");
    response.end(this.bundle.outputFiles[0].text);
  }

  passRequest(request, response) {
    if (this.isCut) return response.destroy();
    const onward = httpRequest(new URL(request.url, this.palet.origin), { method: request.method, headers: request.headers });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  }

  pass(request, socket, head) {
    if (this.isCut || this.refusesSockets) return socket.destroy();
    const { hostname, port } = new URL(this.palet.origin);
    const onward = connect(Number(port), hostname, () => {
      const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
      onward.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    this.sockets.add(socket);
    const end = () => {
      this.sockets.delete(socket);
      socket.destroy();
      onward.destroy();
    };
    for (const side of [socket, onward]) side.on("error", end).on("close", end);
  }
}
