// One object: what it is, its YAML to edit, its events, and for pods their logs and a shell.

import * as api from "./api.js";
import { el, link, say } from "./console.js";
import { age, grid, graph, kept, podState, quantity, seenAt } from "./views.js";

const YAML = "application/yaml";
/** Lines of a log that are kept on the page. */
const MOST_LINES = 5000;
/** Lines beyond which no difference is computed, only both texts shown. */
const MOST_COMPARED = 3000;

export async function object(place, at, signal) {
  const kind = await api.kindOf(at.kind);
  if (!kind) throw new Error(`the server has no kind ${at.kind}`);
  const namespace = kind.namespaced ? at.namespace : "";
  const pod = at.kind === "pods";
  const tabs = ["summary", "yaml", "events", ...(pod ? ["logs", "terminal"] : [])];
  const tab = tabs.includes(at.tab) ? at.tab : "summary";
  place.append(
    el("h1", {}, `${kind.kind} `, namespace ? el("span", { class: "quiet" }, `${namespace} / `) : "", at.name),
    el("div", { class: "tabs", role: "navigation", "aria-label": "Views of this object" }, tabs.map(name => el("a", {
      href: link(at.kind, namespace, at.name, name), "aria-current": name === tab ? "page" : undefined,
    }, name === "yaml" ? "YAML" : name[0].toUpperCase() + name.slice(1)))));
  const body = el("div");
  place.append(body);
  const subject = { kind, id: at.kind, namespace, name: at.name, path: api.pathOf(kind, namespace, at.name) };
  await { summary, yaml, events, logs, terminal }[tab](body, subject, signal);
}

// ---- summary

async function summary(body, subject, signal) {
  const tools = el("div", { class: "tools" });
  const facts = el("div");
  const used = el("div");
  body.append(tools, facts, used);
  buttons(tools, subject);
  const selector = `?fieldSelector=${encodeURIComponent(`metadata.name=${subject.name}`)}`;
  const draw = found => facts.replaceChildren(...(found ? describe(subject, found) : [el("p", { class: "bad" }, "It is not there.")]));
  const drawing = api.follow(api.pathOf(subject.kind, subject.namespace) + selector, {
    signal,
    relist: all => draw(all.items[0]),
    change: event => draw(event.type === "DELETED" ? undefined : event.object),
  });
  if (subject.id === "pods" || subject.id === "nodes") usage(used, subject, signal);
  await drawing;
}

function describe(subject, found) {
  const meta = found.metadata;
  const pairs = [["Created", `${meta.creationTimestamp} (${age(meta.creationTimestamp)} ago)`]];
  const map = entries => Object.entries(entries ?? {}).map(([key, value]) => `${key}=${value}`).join("\n");
  if (meta.labels) pairs.push(["Labels", map(meta.labels)]);
  if (meta.ownerReferences) {
    pairs.push(["Owner", meta.ownerReferences.map(owner => `${owner.kind} ${owner.name}`).join(", ")]);
  }
  if (subject.id === "pods") {
    const [state, word] = podState(found);
    pairs.push(["State", el("span", { class: state }, word)]);
    if (found.spec.nodeName) pairs.push(["Node", el("a", { href: link("nodes", "", found.spec.nodeName) }, found.spec.nodeName)]);
    if (found.status?.podIP) pairs.push(["Address", found.status.podIP]);
  }
  const parts = [el("dl", { class: "card" }, pairs.map(([term, value]) => [el("dt", {}, term), el("dd", {}, ...lineBroken(value))]))];
  const containers = found.status?.containerStatuses;
  if (containers) {
    parts.push(el("h2", {}, "Containers"), grid(["Name", "Image", "Ready", "State", "Restarts"], containers.map(container => {
      const [word, detail] = Object.entries(container.state ?? {})[0] ?? ["waiting", {}];
      return el("tr", {}, el("td", {}, container.name), el("td", {}, container.image), el("td", {}, container.ready ? "yes" : "no"),
        el("td", {}, detail.reason ?? word), el("td", {}, String(container.restartCount)));
    })));
  }
  const conditions = found.status?.conditions;
  if (Array.isArray(conditions) && conditions.length) {
    parts.push(el("h2", {}, "Conditions"), grid(["Type", "Status", "Reason", "Message"], conditions.map(condition => el("tr", {},
      el("td", {}, condition.type), el("td", {}, condition.status), el("td", {}, condition.reason ?? ""),
      el("td", { class: "wrap" }, condition.message ?? "")))));
  }
  return parts;
}

const lineBroken = value => (typeof value === "string" ? value.split("\n").flatMap((line, i) => (i ? [el("br"), line] : [line])) : [value]);

async function buttons(tools, subject) {
  const { kind, namespace, name } = subject;
  const may = (verb, subresource) => api.mayI(verb, kind, namespace, name, subresource);
  const scales = ["deployments.apps", "statefulsets.apps", "replicasets.apps"].includes(subject.id);
  const restarts = ["deployments.apps", "statefulsets.apps", "daemonsets.apps"].includes(subject.id);
  const [deletes, patches, scaling] = await Promise.all([may("delete"), may("patch"), scales ? may("patch", "scale") : false]);
  const act = (label, action, options = {}) => tools.append(el("button", { ...options, async onclick() {
    try {
      await action();
    } catch (error) {
      say(error.message);
    }
  } }, label));
  const patch = (path, tree) =>
    api.call(path, { method: "PATCH", type: "application/merge-patch+json", body: JSON.stringify(tree) });
  if (scaling) {
    act("Scale…", async () => {
      const scale = await api.json(`${subject.path}/scale`);
      const wanted = prompt("How many replicas?", scale.spec.replicas ?? 0);
      if (wanted === null) return;
      if (!/^\d+$/.test(wanted)) throw new Error("a number is expected");
      await patch(`${subject.path}/scale`, { spec: { replicas: Number(wanted) } });
      say(`Scaled to ${wanted}.`, true);
    });
  }
  if (restarts && patches) {
    act("Restart", async () => {
      const annotations = { "kubectl.kubernetes.io/restartedAt": new Date().toISOString() };
      await patch(subject.path, { spec: { template: { metadata: { annotations } } } });
      say("Its pods are replaced one by one.", true);
    });
  }
  if (subject.id === "nodes" && patches) {
    act("Cordon / uncordon", async () => {
      const node = await api.json(subject.path);
      await patch(subject.path, { spec: { unschedulable: !node.spec.unschedulable } });
    });
  }
  if (deletes) {
    act("Delete…", async () => {
      if (!confirm(`Delete ${kind.kind} ${name}?`)) return;
      await api.call(subject.path, { method: "DELETE" });
      say(`${kind.kind} ${name} is being deleted.`, true);
    }, { class: "danger" });
  }
}

/** CPU and memory of the last minutes, for as long as someone looks. */
async function usage(place, subject, signal) {
  const history = { cpu: [], memory: [] };
  const path = subject.id === "nodes"
    ? `/apis/metrics.k8s.io/v1beta1/nodes/${encodeURIComponent(subject.name)}`
    : `/apis/metrics.k8s.io/v1beta1/namespaces/${encodeURIComponent(subject.namespace)}/pods/${encodeURIComponent(subject.name)}`;
  while (!signal.aborted) {
    try {
      const metrics = await api.json(path, { signal });
      const parts = metrics.containers ?? [metrics];
      for (const resource of Object.keys(history)) {
        history[resource].push(parts.reduce((sum, part) => sum + quantity(part.usage[resource]), 0));
        history[resource].splice(0, history[resource].length - 60);
      }
      const cpu = history.cpu.at(-1), memory = history.memory.at(-1);
      place.replaceChildren(el("h2", {}, "Use"), el("div", { class: "cards" },
        el("div", { class: "card" }, `CPU ${(cpu * 1000).toFixed(0)}m`, graph(history.cpu, "CPU of the last minutes")),
        el("div", { class: "card" }, `Memory ${(memory / 2 ** 20).toFixed(1)} MiB`, graph(history.memory, "memory of the last minutes"))));
    } catch {
      // There are no figures in the first seconds of a pod, or at all without metrics.
    }
    await api.waited(10000, signal);
  }
}

// ---- YAML

/** Without managedFields, as kubectl shows it: the server keeps them when an update does not name them. */
const bare = text => text.replace(/^  managedFields:\n(?:  - .*\n|   .*\n)*/m, "");

async function yaml(body, subject) {
  const { kind, namespace, name, path } = subject;
  const read = async () => bare(await api.text(path, { accept: YAML }));
  let before = await read();
  const field = el("textarea", { spellcheck: "false", "aria-label": "YAML" });
  field.value = before;
  const result = el("div");
  const apply = el("button", { disabled: true }, "Apply");
  const [updates] = await Promise.all([api.mayI("update", kind, namespace, name)]);
  field.readOnly = !updates;
  const put = async query => bare(await api.text(path + query, { method: "PUT", body: field.value, type: YAML, accept: YAML }));
  const check = el("button", { async onclick() {
    apply.disabled = true;
    try {
      const after = await put("?dryRun=All&fieldValidation=Strict");
      result.replaceChildren(difference(before, after));
      apply.disabled = false;
    } catch (error) {
      result.replaceChildren(el("p", { class: "bad", role: "alert" }, error.message));
    }
  } }, "Check");
  field.addEventListener("input", () => { apply.disabled = true; });
  apply.addEventListener("click", async () => {
    apply.disabled = true;
    try {
      before = await put("?fieldValidation=Strict");
      field.value = before;
      result.replaceChildren();
      say("Applied.", true);
    } catch (error) {
      result.replaceChildren(el("p", { class: "bad", role: "alert" }, error.message));
    }
  });
  const reload = el("button", { async onclick() {
    before = await read();
    field.value = before;
    result.replaceChildren();
  } }, "Reload");
  body.append(el("div", { class: "tools" }, updates ? [check, apply] : el("span", { class: "quiet" }, "You may only read it."), reload),
    result, field);
}

/** What would change, line by line, as the server says after a dry run. */
function difference(before, after) {
  const a = before.trimEnd().split("\n"), b = after.trimEnd().split("\n");
  if (before.trimEnd() === after.trimEnd()) return el("p", { class: "quiet" }, "Nothing would change.");
  if (a.length > MOST_COMPARED || b.length > MOST_COMPARED) return el("pre", { class: "card" }, after);
  const lines = compared(a, b);
  const shown = [];
  lines.forEach(([mark, line], i) => {
    const near = lines.slice(Math.max(0, i - 2), i + 3).some(([other]) => other !== " ");
    if (near) shown.push(el("span", { class: mark === "+" ? "added" : mark === "-" ? "removed" : undefined }, `${mark} ${line}\n`));
  });
  return el("pre", { class: "card", "aria-label": "What would change" }, shown);
}

/** Longest common subsequence between what differs in the middle. */
function compared(a, b) {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const left = a.slice(head, a.length - tail), right = b.slice(head, b.length - tail);
  const width = right.length + 1;
  const longest = new Uint16Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      longest[i * width + j] = left[i] === right[j]
        ? longest[(i + 1) * width + j + 1] + 1
        : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  const middle = [];
  let i = 0, j = 0;
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) { middle.push([" ", left[i]]); i++; j++; }
    else if (j >= right.length || (i < left.length && longest[(i + 1) * width + j] >= longest[i * width + j + 1])) middle.push(["-", left[i++]]);
    else middle.push(["+", right[j++]]);
  }
  const same = lines => lines.map(line => [" ", line]);
  return [...same(a.slice(0, head)), ...middle, ...same(a.slice(a.length - tail))];
}

// ---- events

async function events(body, subject, signal) {
  const { kind, namespace, name } = subject;
  const selector = encodeURIComponent(`involvedObject.kind=${kind.kind},involvedObject.name=${name}`);
  const row = event => el("tr", {}, el("td", {}, age(seenAt(event))),
    el("td", { class: event.type === "Warning" ? "bad" : undefined }, event.type ?? ""), el("td", {}, event.reason ?? ""),
    el("td", {}, String(event.count ?? event.series?.count ?? 1)), el("td", { class: "wrap" }, event.message ?? event.note ?? ""));
  const draw = found => body.replaceChildren(found.size
    ? grid(["Age", "Type", "Reason", "Count", "Message"], [...found.values()].sort((a, b) => seenAt(b).localeCompare(seenAt(a))).map(row))
    : el("p", { class: "quiet" }, "None."));
  // Events of objects without a namespace are in "default".
  await kept(`${api.pathOf(api.EVENTS, namespace || "default")}?fieldSelector=${selector}`, signal, draw);
}

// ---- pods alone

const containersOf = pod => [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map(container => container.name);

async function logs(body, subject, signal) {
  const pod = await api.json(subject.path, { signal });
  const select = el("select", { "aria-label": "Container" }, containersOf(pod).map(name => el("option", {}, name)));
  const previous = el("input", { type: "checkbox", id: "previous" });
  const out = el("pre", { class: "card", tabindex: "0", "aria-label": "Log" });
  body.append(el("div", { class: "tools" }, select, previous, el("label", { for: "previous" }, "of the one before")), out);
  let reading = new AbortController();
  const read = async () => {
    reading.abort();
    reading = new AbortController();
    const stop = AbortSignal.any ? AbortSignal.any([signal, reading.signal]) : reading.signal;
    signal.addEventListener("abort", () => reading.abort(), { once: true });
    out.replaceChildren();
    const query = new URLSearchParams({ container: select.value, tailLines: "500" });
    if (previous.checked) query.set("previous", "true");
    else query.set("follow", "true");
    try {
      for await (const line of api.lines(await api.call(`${subject.path}/log?${query}`, { accept: "text/plain, */*", signal: stop }))) {
        const atEnd = out.scrollHeight - out.scrollTop - out.clientHeight < 40;
        out.append(`${line}\n`);
        while (out.childNodes.length > MOST_LINES) out.firstChild.remove();
        if (atEnd) out.scrollTop = out.scrollHeight;
      }
    } catch (error) {
      if (!stop.aborted) out.append(el("span", { class: "bad" }, error.message));
    }
  };
  select.addEventListener("change", read);
  previous.addEventListener("change", read);
  await read();
}

let library;

/** The terminal's program is large, and loaded by who opens one. */
function terminalLibrary() {
  library ??= new Promise((done, failed) => {
    const script = el("script", { src: "xterm.js", onload: () => done(window.Terminal), onerror: () => failed(new Error("the terminal can't be loaded")) });
    document.head.append(script);
  });
  return library;
}

async function terminal(body, subject, signal) {
  const pod = await api.json(subject.path, { signal });
  const select = el("select", { "aria-label": "Container" }, pod.spec.containers.map(container => el("option", {}, container.name)));
  const screen = el("div", { class: "terminal" });
  const open = el("button", { onclick: () => start() }, "Open");
  body.append(el("div", { class: "tools" }, select, open), screen);
  const Terminal = await terminalLibrary();
  let socket;
  signal.addEventListener("abort", () => socket?.close(), { once: true });
  function start() {
    socket?.close();
    screen.replaceChildren();
    const columns = Math.max(40, Math.min(200, Math.floor(screen.clientWidth / 9)));
    const rows = Math.max(10, Math.floor(screen.clientHeight / 18));
    const shell = new Terminal({ cols: columns, rows, scrollback: 2000, screenReaderMode: true });
    shell.open(screen);
    const mine = api.exec(subject.namespace, subject.name, select.value,
      ["sh", "-c", "command -v bash >/dev/null && exec bash || exec sh"]);
    socket = mine;
    const encoder = new TextEncoder();
    const decoder = new TextDecoder();
    const send = (channel, text) => {
      const bytes = encoder.encode(text);
      const message = new Uint8Array(bytes.length + 1);
      message[0] = channel;
      message.set(bytes, 1);
      if (mine.readyState === WebSocket.OPEN) mine.send(message);
    };
    mine.onopen = () => {
      send(4, JSON.stringify({ Width: columns, Height: rows }));
      shell.onData(data => send(0, data));
      shell.focus();
    };
    mine.onmessage = ({ data }) => {
      const bytes = new Uint8Array(data);
      if (bytes[0] === 1 || bytes[0] === 2) shell.write(bytes.subarray(1));
      if (bytes[0] === 3) {
        const status = JSON.parse(decoder.decode(bytes.subarray(1)));
        if (status.status !== "Success") shell.write(`\r\n${status.message}\r\n`);
      }
    };
    mine.onclose = () => shell.write("\r\n(the shell has ended)\r\n");
    mine.onerror = () => say("The shell could not be opened: may you exec into this pod?");
  }
  start();
}
