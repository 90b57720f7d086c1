// What is there: the cluster at a glance, and lists of any kind, both kept up to date by watches.

import * as api from "./api.js";
import { chosenNamespace, el, link, say } from "./console.js";

const COMMON = {
  Cluster: ["nodes", "namespaces", "events"],
  Workloads: ["pods", "deployments.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch", "cronjobs.batch",
    "horizontalpodautoscalers.autoscaling"],
  Network: ["services", "ingresses.networking.k8s.io", "networkpolicies.networking.k8s.io"],
  Storage: ["persistentvolumeclaims", "persistentvolumes", "storageclasses.storage.k8s.io"],
  Configuration: ["configmaps", "secrets", "serviceaccounts"],
};
/** Rows that are drawn; the filter finds the rest. */
const MOST_ROWS = 500;
const MOST_DOTS = 1000;

export async function kindMenu(nav, current) {
  const all = await api.kinds();
  const byName = new Map(all.map(kind => [api.idOf(kind), kind]));
  const entry = id => el("a", { href: link(id), "aria-current": id === current ? "page" : undefined }, byName.get(id).kind);
  const parts = [el("a", { href: "#/", "aria-current": current ? undefined : "page" }, "Overview")];
  const shown = new Set();
  for (const [title, ids] of Object.entries(COMMON)) {
    const there = ids.filter(id => byName.has(id));
    there.forEach(id => shown.add(id));
    if (there.length) parts.push(el("h2", {}, title), ...there.map(entry));
  }
  const rest = all.map(api.idOf).filter(id => !shown.has(id)).sort();
  const more = el("select", {
    "aria-label": "Other kinds",
    onchange(event) { if (event.target.value) location.hash = link(event.target.value); },
  }, el("option", { value: "" }, "Other kinds…"),
  rest.map(id => el("option", { value: id, selected: id === current }, id)));
  parts.push(el("h2", {}, "More"), more);
  nav.replaceChildren(...parts);
}

/** good, busy or bad, and the word that kubectl prints. */
export function podState(pod) {
  if (pod.metadata.deletionTimestamp) return ["busy", "Terminating"];
  const status = pod.status ?? {};
  for (const container of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) {
    const waiting = container.state?.waiting?.reason;
    if (waiting && !["ContainerCreating", "PodInitializing"].includes(waiting)) return ["bad", waiting];
    const ended = container.state?.terminated;
    if (ended && ended.exitCode !== 0 && status.phase !== "Running") return ["bad", ended.reason ?? "Error"];
  }
  if (status.phase === "Succeeded") return ["good", "Completed"];
  if (status.phase === "Failed") return ["bad", status.reason ?? "Failed"];
  const ready = (status.conditions ?? []).some(condition => condition.type === "Ready" && condition.status === "True");
  return status.phase === "Running" && ready ? ["good", "Running"] : ["busy", status.reason ?? status.phase ?? "Pending"];
}

/** Draws at most once a frame, however much happens. */
function drawn(draw, signal) {
  let asked = false;
  return () => {
    if (asked || signal.aborted) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      if (!signal.aborted) draw();
    });
  };
}

/** Objects of a selection by uid, kept up to date: the first of them, once they are there; each change is told with all of them. */
export async function kept(path, signal, changed) {
  const objects = new Map();
  let there = false;
  await new Promise((ready, failed) => {
    api.follow(path, {
      signal,
      relist(all) {
        objects.clear();
        all.items.forEach(item => objects.set(item.metadata.uid, item));
        changed(objects);
        there = true;
        ready();
      },
      change({ type, object }) {
        if (type === "DELETED") objects.delete(object.metadata.uid);
        else objects.set(object.metadata.uid, object);
        changed(objects);
      },
    }).catch(error => {
      failed(error);
      // Whoever waits no longer for the first is told here.
      if (there && !signal.aborted) say(error.message);
    });
  });
  return objects;
}

const NUMBER = /^([0-9.]+)(.*)$/;
const UNITS = { "": 1, n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };
export const quantity = value => {
  const [, number = "0", unit = ""] = NUMBER.exec(value ?? "0") ?? [];
  return Number(number) * (UNITS[unit] ?? 1);
};
const bytes = value => (value >= 2 ** 30 ? `${(value / 2 ** 30).toFixed(1)} GiB` : `${Math.round(value / 2 ** 20)} MiB`);

function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  element.append(...children);
  return element;
}

const bar = (part, label) => svg("svg", { class: "bar", role: "img", "aria-label": label, viewBox: "0 0 100 6", preserveAspectRatio: "none" },
  svg("rect", { width: 100, height: 6 }), svg("rect", { width: Math.min(100, part * 100), height: 6 }));

/** What was used over the last minutes, as a line. */
export function graph(values, label) {
  const most = Math.max(...values, 1e-9);
  const step = 100 / Math.max(1, values.length - 1);
  const points = values.map((value, i) => `${(i * step).toFixed(1)},${(46 - 44 * value / most).toFixed(1)}`).join(" ");
  return svg("svg", { class: "graph", role: "img", "aria-label": label, viewBox: "0 0 100 48", preserveAspectRatio: "none" },
    svg("polyline", { points, "vector-effect": "non-scaling-stroke" }));
}

export async function overview(place, signal) {
  const summary = el("p", { class: "quiet" });
  const cards = el("div", { class: "cards" });
  const trouble = el("div");
  place.append(el("h1", {}, "Cluster"), summary, cards, trouble);
  let nodes = new Map();
  let pods = new Map();
  let events = new Map();
  let usage = new Map();
  const redraw = drawn(() => {
    const all = [...pods.values()];
    const count = { good: 0, busy: 0, bad: 0 };
    all.forEach(pod => { count[podState(pod)[0]]++; });
    summary.replaceChildren(`${some(nodes.size, "node")} · ${some(all.length, "pod")}: `,
      el("span", { class: "good" }, `${count.good} well`), ", ", el("span", { class: "busy" }, `${count.busy} on the way`), ", ",
      el("span", { class: "bad" }, `${count.bad} failing`));
    const byNode = Map.groupBy ? Map.groupBy(all, pod => pod.spec.nodeName ?? "") : grouped(all, pod => pod.spec.nodeName ?? "");
    const nodeCards = [...nodes.values()].sort(byName).map(node => nodeCard(node, byNode.get(node.metadata.name) ?? [], usage));
    const homeless = byNode.get("") ?? [];
    if (homeless.length) nodeCards.push(el("section", { class: "card" }, el("h2", {}, "No node yet"), dots(homeless)));
    if (!nodes.size && all.length) nodeCards.push(el("section", { class: "card" }, el("h2", {}, "Pods"), dots(all)));
    cards.replaceChildren(...nodeCards);
    trouble.replaceChildren(...warnings([...events.values()]));
  }, signal);
  const failures = [];
  const take = (path, keep) => kept(path, signal, redraw).then(keep).catch(error => { failures.push(error.message); });
  await Promise.all([
    take("/api/v1/nodes", found => { nodes = found; }),
    take(api.pathOf(api.PODS, chosenNamespace()), found => { pods = found; }),
    take(api.pathOf(api.EVENTS, chosenNamespace()) + "?fieldSelector=type%3DWarning", found => { events = found; }),
  ]);
  if (failures.length === 3) throw new Error(failures[0]);
  if (failures.length) place.append(el("p", { class: "quiet" }, ...failures.map(failure => el("span", {}, failure, el("br")))));
  redraw();
  for (;;) {
    try {
      const metrics = await api.json("/apis/metrics.k8s.io/v1beta1/nodes", { signal });
      usage = new Map(metrics.items.map(item => [item.metadata.name, item.usage]));
      redraw();
    } catch {
      usage = new Map();
    }
    await api.waited(document.hidden ? 60000 : 15000, signal);
    if (signal.aborted) return;
  }
}

const some = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

function grouped(items, by) {
  const groups = new Map();
  items.forEach(item => groups.set(by(item), [...(groups.get(by(item)) ?? []), item]));
  return groups;
}

const byName = (a, b) => a.metadata.name.localeCompare(b.metadata.name);

function nodeCard(node, pods, usage) {
  const name = node.metadata.name;
  const ready = (node.status.conditions ?? []).find(condition => condition.type === "Ready")?.status === "True";
  const parts = [
    el("h2", {}, el("a", { href: link("nodes", "", name) }, name), " ",
      el("span", { class: ready ? "good" : "bad" }, ready ? "Ready" : "NotReady"), node.spec.unschedulable ? " (cordoned)" : ""),
  ];
  const used = usage.get(name);
  if (used) {
    const cpu = quantity(used.cpu), cpus = quantity(node.status.allocatable.cpu);
    const memory = quantity(used.memory), most = quantity(node.status.allocatable.memory);
    parts.push(el("div", { class: "quiet" }, `CPU ${cpu.toFixed(2)} of ${cpus}`), bar(cpu / cpus, "CPU in use"),
      el("div", { class: "quiet" }, `Memory ${bytes(memory)} of ${bytes(most)}`), bar(memory / most, "memory in use"));
  }
  parts.push(dots(pods));
  return el("section", { class: "card" }, parts);
}

/** One square a pod: its colour is its state, its name says the rest. */
const dots = pods => el("div", { class: "pods" }, pods.sort(byName).slice(0, MOST_DOTS).map(pod => {
  const [kind, word] = podState(pod);
  const label = `${pod.metadata.namespace}/${pod.metadata.name}: ${word}`;
  return el("a", { class: kind, href: link("pods", pod.metadata.namespace, pod.metadata.name), title: label, "aria-label": label });
}));

export const seenAt = event => event.lastTimestamp ?? event.series?.lastObservedTime ?? event.eventTime ?? event.metadata.creationTimestamp;

function warnings(events) {
  if (!events.length) return [];
  const rows = events.sort((a, b) => seenAt(b).localeCompare(seenAt(a))).slice(0, 50).map(event => el("tr", {},
    el("td", {}, age(seenAt(event))), el("td", {}, event.reason ?? ""),
    el("td", {}, `${event.involvedObject.kind} ${event.involvedObject.namespace ?? ""}/${event.involvedObject.name}`),
    el("td", { class: "wrap" }, event.message ?? "")));
  return [el("h2", {}, "Warnings"), grid(["Age", "Reason", "Object", "Message"], rows)];
}

export const grid = (heads, rows) => el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "table" }, el("table", {},
  el("thead", {}, el("tr", {}, heads.map(head => el("th", { scope: "col" }, head)))), el("tbody", {}, rows)));

export function age(time) {
  const seconds = Math.max(0, (Date.now() - Date.parse(time)) / 1000);
  if (seconds < 120) return `${Math.floor(seconds)}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86400)}d`;
}

export async function list(place, id, signal) {
  const kind = await api.kindOf(id);
  if (!kind) throw new Error(`the server has no kind ${id} that could be listed`);
  const namespace = kind.namespaced ? chosenNamespace() : "";
  const search = el("input", { type: "search", placeholder: "Filter ( / )", "aria-label": "Filter", oninput: () => redraw() });
  const count = el("span", { class: "quiet" });
  const body = el("div");
  place.append(el("h1", {}, kind.kind), el("div", { class: "tools" }, search, count), body);
  let columns = [];
  const rows = new Map();
  const path = api.pathOf(kind, namespace) + "?includeObject=Metadata";
  const redraw = drawn(() => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = [...rows.values()].filter(row => words.every(word => text(row).includes(word)));
    count.textContent = shown.length === rows.size ? `${rows.size}` : `${shown.length} of ${rows.size}`;
    const visible = columns.map((column, i) => [column, i]).filter(([column]) => !column.priority);
    const heads = [...(kind.namespaced && !namespace ? ["Namespace"] : []), ...visible.map(([column]) => column.name)];
    const drawnRows = shown.sort((a, b) => place2(a).localeCompare(place2(b))).slice(0, MOST_ROWS).map(row => {
      const meta = row.object.metadata;
      const to = el("a", { href: link(id, meta.namespace, meta.name) }, meta.name);
      return el("tr", {}, kind.namespaced && !namespace ? el("td", {}, meta.namespace) : undefined,
        visible.map(([column, i]) => el("td", { class: column.name === "Message" ? "wrap" : undefined },
          column.name === "Name" ? to : column.name === "Age" && meta.creationTimestamp ? age(meta.creationTimestamp) : String(row.cells[i] ?? ""))));
    });
    const parts = [rows.size ? grid(heads, drawnRows) : el("p", { class: "quiet" }, "None.")];
    if (shown.length > MOST_ROWS) parts.push(el("p", { class: "quiet" }, `The first ${MOST_ROWS} are shown: filter for others.`));
    body.replaceChildren(...parts);
  }, signal);
  const text = row => `${row.object.metadata.namespace ?? ""} ${row.cells.join(" ")}`.toLowerCase();
  const place2 = row => `${row.object.metadata.namespace ?? ""}/${row.object.metadata.name}`;
  const add = found => {
    if (found.columnDefinitions?.length) columns = found.columnDefinitions;
    found.rows.forEach(row => rows.set(row.object.metadata.uid ?? place2(row), row));
  };
  await api.follow(path, {
    accept: "application/json;as=Table;v=v1;g=meta.k8s.io",
    signal,
    relist(found) {
      rows.clear();
      add(found);
      redraw();
    },
    change({ type, object }) {
      if (type === "DELETED") object.rows.forEach(row => rows.delete(row.object.metadata.uid ?? place2(row)));
      else add(object);
      redraw();
    },
  });
}
