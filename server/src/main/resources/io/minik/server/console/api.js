// Talks to the API server as who is looking. Holds the token for this tab alone; knows nothing of the page.

const TOKEN = "minik-token";
const CORE = { group: "", version: "v1" };

/** What the server refused, in its own words. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const session = {
  get token() { return sessionStorage.getItem(TOKEN) ?? ""; },
  set token(value) {
    if (value) sessionStorage.setItem(TOKEN, value);
    else sessionStorage.removeItem(TOKEN);
  },
};

function headers(more) {
  const all = { ...more };
  if (session.token) all.Authorization = `Bearer ${session.token}`;
  return all;
}

async function refusal(response) {
  const text = await response.text();
  try {
    const status = JSON.parse(text);
    return new ApiError(response.status, status.message || status.error || response.statusText);
  } catch {
    const said = /^message: (.*)$/m.exec(text)?.[1] ?? text.trim();
    // A message with a colon in it stands in quotes, in which a quote is doubled.
    const plain = /^'.*'$/.test(said) ? said.slice(1, -1).replaceAll("''", "'") : said;
    return new ApiError(response.status, plain || response.statusText);
  }
}

export async function call(path, { method = "GET", body, type = "application/json", accept = "application/json", signal } = {}) {
  const more = { Accept: accept };
  if (body !== undefined) more["Content-Type"] = type;
  const response = await fetch(path, { method, body, headers: headers(more), signal, cache: "no-store" });
  if (!response.ok) throw await refusal(response);
  return response;
}

export const json = async (path, options) => (await call(path, options)).json();
export const text = async (path, options) => (await call(path, options)).text();

/** The one-time code of a link for the token that it stands for. */
export async function redeem(code) {
  const answer = await json("/console/session", { method: "POST", body: JSON.stringify({ code }) });
  session.token = answer.token;
}

/** Who the server takes us for; empty if for nobody. */
export async function whoAmI() {
  const body = JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" });
  try {
    const review = await json("/apis/authentication.k8s.io/v1/selfsubjectreviews", { method: "POST", body });
    const name = review.status.userInfo.username;
    return name === "system:anonymous" ? "" : name;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return "";
    throw error;
  }
}

let known;

/** Kinds that can be listed: { group, version, plural, kind, namespaced, verbs, shortNames }, core first. */
export function kinds() {
  known ??= discover().catch(error => {
    known = undefined;
    throw error;
  });
  return known;
}

async function discover() {
  const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  const [core, others] = await Promise.all([json("/api", { accept }), json("/apis", { accept })]);
  const all = [];
  const seen = new Set();
  for (const group of [...core.items, ...others.items]) {
    for (const version of group.versions) {
      for (const resource of version.resources ?? []) {
        const name = group.metadata.name ?? "";
        const id = `${resource.resource}.${name}`;
        if (seen.has(id) || !resource.verbs.includes("list")) continue;
        seen.add(id);
        all.push({
          group: name, version: version.version, plural: resource.resource, kind: resource.responseKind.kind,
          namespaced: resource.scope === "Namespaced", verbs: resource.verbs,
          subresources: (resource.subresources ?? []).map(sub => sub.subresource),
        });
      }
    }
  }
  return all;
}

export function forgetKinds() {
  known = undefined;
}

/** plural or plural.group */
export async function kindOf(id) {
  const all = await kinds();
  return all.find(kind => idOf(kind) === id);
}

export const idOf = kind => (kind.group ? `${kind.plural}.${kind.group}` : kind.plural);

export function pathOf(kind, namespace, name, ...below) {
  const { group, version } = { ...CORE, ...kind };
  const parts = group ? ["/apis", group, version] : ["/api", version];
  if (kind.namespaced && namespace) parts.push("namespaces", encodeURIComponent(namespace));
  parts.push(kind.plural);
  if (name) parts.push(encodeURIComponent(name));
  return [...parts, ...below].join("/");
}

export const PODS = { ...CORE, plural: "pods", kind: "Pod", namespaced: true };
export const NODES = { ...CORE, plural: "nodes", kind: "Node", namespaced: false };
export const EVENTS = { ...CORE, plural: "events", kind: "Event", namespaced: true };

const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

/** The server's own columns, as kubectl prints them. */
export const table = (kind, namespace, query = "") => json(pathOf(kind, namespace) + query, { accept: TABLE });

/**
 * Calls back with each change of a selection until the signal says stop. A watch that ends is begun again from a new list, which is
 * given to `relist`; in between it waits, longer each time that it fails.
 */
export async function follow(path, { accept = "application/json", signal, relist, change }) {
  let pause = 500;
  while (!signal.aborted) {
    try {
      const list = await json(path, { accept, signal });
      relist(list);
      const mark = path.includes("?") ? "&" : "?";
      const from = encodeURIComponent(list.metadata.resourceVersion);
      const query = `${path}${mark}watch=1&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=${from}`;
      for await (const line of lines(await call(query, { accept, signal }))) {
        const event = JSON.parse(line);
        if (event.type === "ERROR") break;
        if (event.type !== "BOOKMARK") change(event);
        pause = 500;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status < 500 && error.status !== 410 && error.status !== 429) throw error;
    }
    await waited(pause, signal);
    pause = Math.min(pause * 2, 15000);
  }
}

export function waited(milliseconds, signal) {
  return new Promise(done => {
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
  });
}

/** A body line by line, as it comes. */
export async function* lines(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    yield* parts;
  }
  if (rest) yield rest;
}

/** Whether we may: asked before a button is shown. */
export async function mayI(verb, kind, namespace, name, subresource) {
  const body = JSON.stringify({
    apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: { verb, group: kind.group, resource: kind.plural, namespace, name, subresource } },
  });
  try {
    return (await json("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", { method: "POST", body })).status.allowed;
  } catch {
    return false;
  }
}

/** exec by WebSocket: v5.channel.k8s.io, of which the first byte of a message names the stream. */
export function exec(namespace, pod, container, command) {
  const query = new URLSearchParams({ container, stdin: "true", stdout: "true", stderr: "true", tty: "true" });
  command.forEach(word => query.append("command", word));
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const url = `${scheme}//${location.host}${pathOf(PODS, namespace, pod, "exec")}?${query}`;
  const protocols = ["v5.channel.k8s.io"];
  // A browser can't set headers on a WebSocket: Kubernetes takes the token as a protocol.
  if (session.token) {
    const code = btoa(session.token).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    protocols.push(`base64url.bearer.authorization.k8s.io.${code}`);
  }
  const socket = new WebSocket(url, protocols);
  socket.binaryType = "arraybuffer";
  return socket;
}
