// Shows /openapi.json and sends requests to this server. Text only: nothing is ever parsed as markup.

const element = (name, text, ...children) => {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
};

const resolve = (api, schema) => {
  const name = schema?.$ref?.split("/").pop();
  return name ? api.components.schemas[name] : schema;
};

// An example body: each property's own example, or the emptiest value of its type.
const example = (api, schema, depth = 0) => {
  const known = resolve(api, schema) ?? {};
  if (known.example !== undefined) return known.example;
  if (known.enum) return known.enum[0];
  const options = known.oneOf ?? known.anyOf;
  if (options) return example(api, options.find((option) => option.type !== "null"), depth);
  const type = [known.type].flat().find((name) => name !== "null");
  if (type === "object" && depth < 4) {
    const properties = Object.entries(known.properties ?? {});
    return Object.fromEntries(properties.map(([name, value]) => [name, example(api, value, depth + 1)]));
  }
  if (type === "array") return [example(api, known.items, depth + 1)];
  return { string: "", integer: 0, number: 0, boolean: false }[type] ?? null;
};

const send = async (method, path, inputs, body, out) => {
  const url = new URL(path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(inputs.get(name)?.value ?? "")), location.origin);
  for (const [name, input] of inputs) {
    if (!path.includes(`{${name}}`) && input.value) url.searchParams.set(name, input.value);
  }
  const headers = { Authorization: `Bearer ${document.getElementById("key").value}` };
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(url, { method, headers, body: body?.value });
  const text = await answer.text();
  let shown = text;
  try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: shown as it is */ }
  out.textContent = `${answer.status} ${answer.statusText}\n\n${shown}`;
};

const route = (api, method, path, operation) => {
  const box = element("details", "", element("summary", "", element("b", method.toUpperCase()), path));
  box.append(element("p", [operation.summary, operation.description].filter(Boolean).join(" ")));
  const inputs = new Map();
  for (const parameter of operation.parameters ?? []) {
    const input = element("input");
    inputs.set(parameter.name, input);
    box.append(element("label", parameter.name, input));
  }
  const schema = operation.requestBody?.content["application/json"]?.schema;
  const body = schema && element("textarea", JSON.stringify(example(api, schema), null, 2));
  if (body) box.append(element("label", "Body", body));
  const out = element("pre");
  const button = element("button", "Send");
  button.addEventListener("click", () => send(method.toUpperCase(), path, inputs, body, out).catch((error) => { out.textContent = String(error); }));
  if (!operation.requestBody || schema) box.append(button, out);
  return box;
};

const api = await (await fetch("/openapi.json")).json();
const routes = document.getElementById("routes");
routes.replaceChildren();
for (const [path, methods] of Object.entries(api.paths)) {
  for (const [method, operation] of Object.entries(methods)) routes.append(route(api, method, path, operation));
}
