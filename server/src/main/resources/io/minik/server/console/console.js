// The frame of the page: who is looking, what they look at, and the way from one view to the next.

import * as api from "./api.js";
import { overview, list, kindMenu } from "./views.js";
import { object } from "./object.js";

const byId = id => document.getElementById(id);

/** An element: attributes, then children, of which text is always text. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined || value === null) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter(child => child !== undefined && child !== null));
  return element;
}

export function say(message, fine = false) {
  const note = el("p", { class: fine ? "fine" : undefined }, message);
  byId("notes").append(note);
  setTimeout(() => note.remove(), fine ? 4000 : 12000);
}

/** `#/kind/namespace/name/tab`; the namespace of an object that has none is "-". */
export function route() {
  const [kind = "", namespace = "", name = "", tab = ""] = location.hash.replace(/^#\//, "").split("/").map(decodeURIComponent);
  return { kind, namespace, name, tab };
}

export const link = (kind, namespace, name, tab) =>
  "#/" + [kind, ...(name ? [namespace || "-", name] : []), ...(tab ? [tab] : [])].map(encodeURIComponent).join("/");

export const chosenNamespace = () => byId("namespace").value.trim();

let leaving = new AbortController();

/** Shows what the address names; what the view before it had open ends. */
async function show() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const main = byId("main");
  const place = el("div");
  main.replaceChildren(place);
  byId("nav").classList.remove("open");
  byId("menu").setAttribute("aria-expanded", "false");
  const at = route();
  kindMenu(byId("nav"), at.kind).catch(error => say(error.message));
  document.title = [at.name || at.kind || "overview", "minik console"].join(" · ");
  try {
    if (!at.kind) await overview(place, signal);
    else if (!at.name) await list(place, at.kind, signal);
    else await object(place, at, signal);
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof api.ApiError && error.status === 401) enter("You are signed out: the token is no longer valid.");
    else place.append(el("p", { class: "bad", role: "alert" }, error.message));
  }
}

async function namespaces() {
  const field = byId("namespace");
  field.value = sessionStorage.getItem("minik-namespace") ?? "";
  try {
    const all = await api.json("/api/v1/namespaces");
    byId("namespaces").replaceChildren(...all.items.map(item => el("option", { value: item.metadata.name })));
  } catch {
    // Who may not list them sees one, and may type another.
    field.value ||= "default";
  }
}

function enter(why) {
  leaving.abort();
  byId("nav").replaceChildren();
  byId("user").textContent = "";
  byId("leave").hidden = true;
  const field = el("textarea", { id: "token", required: true, autocomplete: "off", spellcheck: "false" });
  const form = el("form", {
    class: "enter card",
    async onsubmit(event) {
      event.preventDefault();
      session(field.value);
      await begin();
    },
  },
  el("h1", {}, "Sign in"),
  why ? el("p", { class: "bad", role: "alert" }, why) : undefined,
  el("label", { for: "token" }, "A token, or a kubeconfig that holds one"),
  field,
  el("button", {}, "Sign in"),
  el("p", { class: "quiet" }, "On the server, “minik console” prints a link that signs in by itself. A client certificate that",
    " this browser has is used as it is."));
  byId("main").replaceChildren(form);
  field.focus();
}

/** What was pasted: a token, or a kubeconfig with a line that names one. */
function session(pasted) {
  const line = /^\s*token:\s*"?([^\s"]+)"?\s*$/m.exec(pasted);
  api.session.token = (line ? line[1] : pasted).trim();
}

async function begin() {
  const code = /^#code=([\w-]+)$/.exec(location.hash);
  if (code) {
    // Out of the address at once: it is of no use any more, and must not stay in the history.
    history.replaceState(null, "", location.pathname + "#/");
    try {
      await api.redeem(code[1]);
    } catch (error) {
      return enter(error.message);
    }
  }
  let name;
  try {
    name = await api.whoAmI();
  } catch (error) {
    return enter(error.message);
  }
  if (!name) return enter(api.session.token ? "The server does not know this token." : "");
  byId("user").textContent = name;
  byId("user").title = name;
  byId("leave").hidden = !api.session.token;
  await namespaces();
  await show();
}

byId("menu").addEventListener("click", () => {
  const open = byId("nav").classList.toggle("open");
  byId("menu").setAttribute("aria-expanded", String(open));
});
byId("leave").addEventListener("click", () => {
  api.session.token = "";
  api.forgetKinds();
  enter("");
});
byId("namespace").addEventListener("change", () => {
  sessionStorage.setItem("minik-namespace", chosenNamespace());
  show();
});
byId("theme").addEventListener("click", () => {
  const dark = document.documentElement.dataset.theme === "dark";
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("minik-theme", document.documentElement.dataset.theme);
});
addEventListener("hashchange", () => (location.hash.startsWith("#code=") ? begin() : byId("user").textContent && show()));
// One key leads to the search field, as in most pages of this kind.
addEventListener("keydown", event => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "");
  if (event.key === "/" && !typing) {
    document.querySelector('input[type="search"]')?.focus();
    event.preventDefault();
  }
});

document.documentElement.dataset.theme = localStorage.getItem("minik-theme")
  ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
begin();
