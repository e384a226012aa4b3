// The page: what the address says is fetched and drawn; every change but typing is one step of the history.

import * as api from "./api.js";
import * as article from "./article.js";
import * as keeping from "./keeping.js";
import * as keys from "./keys.js";
import * as results from "./results.js";
import * as timeline from "./timeline.js";
import * as views from "./views.js";
import { span } from "./dates.js";
import { fill, find, h } from "./dom.js";
import { busy, errors, notice, say } from "./said.js";
import { address, asked, current, plain, read } from "./state.js";
import { plural, shown } from "./text.js";

const LOOK_EVERY = 3000;
let answer = null;  // { key, found, state } of the hits in the page
let line = null;  // { key, found } of the bars
let info = null;
let ticked = new Map();
let came = null;  // the card that an article was opened from

history.scrollRestoration = "manual";

// Going somewhere

function goto(change, { stay = false } = {}) {
  const state = { ...current(), ...change };
  if (!("doc" in change)) for (const name of ["doc", "at", "mark", "sha"]) state[name] = undefined;
  jump(address(state), { stay });
}

function jump(to, { stay = false } = {}) {
  history.replaceState({ ...history.state, scroll: scrollY }, "");
  if (to !== location.pathname + location.search) history.pushState({ inside: true, scroll: stay ? scrollY : 0 }, "", to);
  return show({ fresh: true });
}

addEventListener("popstate", () => show({ fresh: false }));
addEventListener("beforeunload", () => history.replaceState({ ...history.state, scroll: scrollY }, ""));

async function show({ fresh }) {
  const { state, unknown } = read();
  if (document.activeElement !== find("q") || fresh) find("q").value = state.q ?? "";
  errors({});
  notice(unknown.length ? `Ignored in the address: ${unknown.map(shown).join(", ")}` : "");
  drawViews(state);
  api.abortAll();
  try {
    if (state.doc) await showArticle(state);
    else if (state.view in views.NAMES || state.view === "like") await showView(state);
    else await showResults(state, fresh);
  } catch (error) {
    if (!api.isAborted(error)) failed(error);
  }
}

function only(which) {
  find("search-view").hidden = which !== "search";
  find("other-view").hidden = which === "search";
}

async function showArticle(state) {
  came = { doc: state.doc, at: state.at };
  only("other");
  article.clear(find("other-view"));
  const query = new URLSearchParams();
  if (/^\d{1,9}-\d{1,9}$/.test(state.at ?? "")) query.set("at", state.at);
  if (/^[0-9a-f]{8,64}$/i.test(state.sha ?? "")) query.set("sha", state.sha);
  const { found } = await busy(api.get("view", `/api/documents/${encodeURIComponent(state.doc)}`, query));
  say("");
  article.draw(find("other-view"), found, state, on);
}

async function showView(state) {
  only("other");
  say("");
  await busy(views.draw(find("other-view"), state, on));
  document.title = `${views.NAMES[state.view] ?? "Similar"} · semsearch`;
  find("other-view").querySelector("h1")?.focus({ preventScroll: true });
  scrollTo(0, 0);
}

async function showResults(state, fresh) {
  only("search");
  document.title = state.q ? `${state.q} · semsearch` : "semsearch";
  if (!state.q) return empty(state);
  const key = asked(state).toString();
  const scroll = history.state?.scroll ?? 0;
  if (answer?.key === key) {
    if (answer.sort !== state.sort) drawResults(state);
    drawLine(state);
    if (scroll || !fresh) scrollTo(0, scroll);
    focusCame();
    fetchLine(state);
    return;
  }
  const results = find("results");
  results.setAttribute("aria-busy", "true");
  const query = asked(state);
  query.set("explain", "true");
  const bars = fetchLine(state);
  try {
    const reply = await busy(api.get("search", "/api/search", query));
    answer = { key, ...reply };
    ticked = new Map();
    drawResults(state);
    drawLine(state);
    scrollTo(0, scroll);
    if (fresh && document.activeElement === document.body) find("results").querySelector("a")?.blur();
  } finally {
    results.setAttribute("aria-busy", "false");
  }
  await bars;
}

function drawResults(state) {
  answer.sort = state.sort;
  results.draw(answer.found, state, on);
  countTicks();
  chips(state);
  const hits = answer.found.hits, days = hits.map((hit) => hit.published).filter(Boolean).sort();
  say(hits.length ? `${plural(hits.length, "passage")}${days.length ? `, ${span(days[0], days.at(-1))}` : ""}` : "no passages");
  notice([...answer.found.notes].map(shown).join(" · "), "note");
}

function focusCame() {
  if (!came) return;
  const { doc, at } = came;
  came = null;
  const cards = [...document.querySelectorAll(".card")].filter((node) => node.dataset.doc === doc);
  const card = cards.find((node) => at?.startsWith(`${node.dataset.start}-`)) ?? cards[0];
  card?.querySelector("a.open").focus({ preventScroll: true });
}

// The timeline and the filters beside the hits

async function fetchLine(state) {
  const query = asked(state, ["since", "until", "on", "k", "per_document", "expand", "recency"]);
  if (state.by) query.set("by", state.by);
  const key = query.toString();
  if (line?.key === key) return;
  try {
    line = { key, ...(await api.get("timeline", "/api/timeline", query, { seen: true })) };
    drawLine(current());
  } catch (error) {
    if (api.isAborted(error)) return;
    line = null;
    fill(find("timeline"), h("p", { class: "facts" }, `No timeline: ${error.message}. `,
      error.code === "offline" ? null : h("button", { type: "button", class: "plain", onclick: () => fetchLine(current()) }, "Draw it again")));
    fill(find("facets"));
    if (error.field === "by") failed(error);
  }
}

function windowsOf(state) {
  const found = [];
  if (answer?.found.window) found.push(answer.found.window);
  if (answer?.found.time?.window && !(state.since || state.until)) found.push(answer.found.time.window);
  return found;
}

function drawLine(state) {
  if (!line || !answer) return;
  const held = document.activeElement?.id, onBar = timeline.hasBarFocus();
  timeline.draw(find("timeline"), line.found, windowsOf(state), { ...state, apply: goto, goto });
  if (onBar) timeline.focusBar();
  else if (held && find("timeline").contains(find(held))) find(held).focus();
  results.facets(line.found, state, on);
}

function chips(state) {
  const chip = (text, change, id) => h("span", { class: "chip", id }, text,
    h("button", { type: "button", "aria-label": `Remove: ${text}`, onclick: () => goto(change) }, "×"));
  const found = [], time = answer.found.time;
  if (state.since || state.until || state.on) found.push(chip(`published ${span(answer.found.window[0], answer.found.window[1])} only`, { since: undefined, until: undefined, on: undefined }, "window"));
  if (time) {
    const days = time.window ? span(time.window[0], time.window[1]) : time.recent_from ? `newest first, from ${time.recent_from}` : "newest first";
    const anchor = time.anchor ? `, counted from ${time.anchor}` : "";
    found.push(chip(`${days} ${time.window ? time.strict ? "only, published or spoken of" : "preferred" : ""} (“${shown(time.words)}”)${anchor}`.replace("  ", " "), { time: "off" }, "time"));
    if (time.window && !time.strict) found.push(h("button", { type: "button", class: "plain", onclick: () => goto({ time: "strict" }) }, "only these days"));
  } else if (state.time === "off") found.push(chip("time words ignored", { time: undefined }));
  for (const name of ["source", "not_source", "where", "kind"]) {
    for (const value of state[name] ?? []) found.push(chip(`${name === "not_source" ? "not " : ""}${shown(value)}`, { [name]: state[name].filter((each) => each !== value) }));
  }
  for (const name of ["event", "as_of", "recency", "mode"]) if (state[name]) found.push(chip(`${name.replace("_", " ")}: ${shown(state[name])}`, { [name]: undefined }));
  if (answer.found.also_read.length) {
    found.push(h("span", { id: "also" }, `also read: ${answer.found.also_read.map(shown).join(", ")} `,
      h("button", { type: "button", class: "plain", onclick: () => goto({ q: literal(state.q, answer.found.also_read) }) }, "only as written")));
  }
  const had = find("chips").contains(document.activeElement);
  fill(find("chips"), ...found);
  if (had) (find("chips").querySelector("button") ?? find("main")).focus({ preventScroll: true });
}

// The question with the words that nothing holds in quotes, which are taken as they stand.
function literal(question) {
  const held = answer.found.hits.map((hit) => hit.text.toLowerCase()).join(" ");
  const isMeant = (word) => /^\p{L}[\p{L}'’-]{2,}$/u.test(word) && !held.includes(word.toLowerCase());
  return question.split(/\s+/).map((word) => isMeant(word) ? `"${word}"` : word).join(" ");
}

async function empty(state) {
  answer = line = null;
  fill(find("chips"));
  fill(find("timeline"));
  fill(find("facets"));
  say("");
  info ??= await told.catch(() => (told = tell()));
  fill(find("results"), h("div", { class: "empty" },
    h("p", {}, `Ask ${plural(info.documents, "article")}${info.earliest ? `, published ${span(info.earliest, info.latest)}` : ""}, in plain words.`),
    h("p", {}, "Words of time choose a time: “in late November 2022”, “since May”, “the latest on …”. For example:"),
    h("ul", {}, ...info.examples.map((text) => h("li", {}, h("a", { href: address({ ...plain(state), q: text }), onclick: (event) => { event.preventDefault(); goto({ q: text }); } }, text))))));
  find("q").focus();
}

// What a card can do

const on = {
  goto,
  jump,
  open: (hit) => jump(results.opened(hit, current())),
  back,
  copy: keeping.copy,
  cite: keeping.cite,
  link: keeping.link,
  citeArticle: (found, at, mark) => keeping.cite(keeping.asHit(found, at, mark)),
  linkArticle: (found, at, mark) => keeping.link(keeping.asHit(found, at, mark)),
  similar: (hit) => goto({ view: "like", like: hit.doc_id }),
  hitsOf: (doc) => (answer?.found.hits ?? []).filter((hit) => hit.doc_id === doc),
  isTicked: (hit) => ticked.has(`${hit.doc_id} ${hit.start}`),
  tick: (hit, chosen) => {
    const key = `${hit.doc_id} ${hit.start}`;
    if (chosen) ticked.set(key, [hit.doc_id, hit.start]); else ticked.delete(key);
    countTicks();
  },
  dossier: () => keeping.dossier([...ticked.values()]),
  save: keeping.save,
  copies: async (hit, list) => {
    for (const id of hit.copies.slice(0, 50)) {
      const { found } = await api.get(`copy ${id}`, `/api/documents/${encodeURIComponent(id)}`, null, { seen: true });
      list.append(h("li", {}, `${found.published ?? "undated"} ${shown(found.source ?? "")} `,
        h("a", { href: address({ ...current(), doc: id }), onclick: (event) => { event.preventDefault(); goto({ doc: id, at: undefined, mark: undefined }); } }, shown(found.title) || id)));
    }
  },
};

function countTicks() {
  if (!find("dossier")) return;
  find("dossier").disabled = !ticked.size;
  find("dossier").textContent = `Dossier (${ticked.size})`;
}

function back() {
  if (history.state?.inside) history.back();
  else jump(address(plain(current())));
}

function failed(error) {
  if (!(error instanceof api.Failed)) throw error;
  find("results").setAttribute("aria-busy", "false");
  const told = `${error.message}${error.hint && !error.message.includes("expected") ? `: expected ${error.hint}` : ""}`;
  if (errors({ field: error.field, message: told })) return;
  fill(find("notice"), h("p", { class: "error", id: error.code === "offline" ? "offline" : "failure" }, `${shown(told)}. `,
    current()[error.field]?.length && error.field !== "q"
      ? h("button", { type: "button", onclick: () => goto({ [error.field]: undefined }) }, "Drop it")
      : h("button", { type: "button", onclick: () => show({ fresh: true }) }, "Try again")));
  if (find("search-view").hidden) fill(find("other-view"), h("p", {}, h("a", { href: "/", onclick: (event) => { event.preventDefault(); back(); } }, "Back to results (Esc)")));
}

function drawViews(state) {
  const rest = { q: state.q };
  fill(find("views"), ...Object.entries(views.NAMES).map(([name, label]) => h("a", { href: address({ ...rest, view: name }), "aria-current": state.view === name ? "page" : null,
    onclick: (event) => { event.preventDefault(); goto({ view: name, a: name === "compare" ? state.a : undefined, b: name === "compare" ? state.b : undefined, only: undefined }); } }, label)));
}

// The beginning, and a look now and then whether the index has changed

find("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const q = find("q").value.trim();
  if (!q) return;
  const { view, a, b } = current();
  if (q === current().q && !current().doc && !view) { answer = line = null; show({ fresh: true }); return; }
  goto({ q, view: view === "compare" ? view : undefined, a: view === "compare" ? a : undefined, b: view === "compare" ? b : undefined, like: undefined, only: undefined, k: undefined });
});
find("help").addEventListener("click", keys.help);
keys.listen({ window: () => answer?.found.time?.window, goto, back });
find("home").addEventListener("click", (event) => { event.preventDefault(); jump("/"); });

async function look() {
  if (document.hidden || !answer?.state) return;
  try {
    const { found } = await api.get("health", "/health", null, { seen: true });
    if (find("offline")) notice("");
    if (found.state && answer?.state && found.state !== answer.state && !find("stale")) {
      const again = h("button", { type: "button", onclick: () => { answer = line = info = null; told = tell(); told.catch(() => {}); show({ fresh: true }); } }, "Ask again");
      fill(find("notice"), h("p", { class: "note", id: "stale" }, "The index has changed. ", again));
    }
  } catch (error) {
    if (!api.isAborted(error) && error.code === "offline" && !find("offline")) failed(error);
  }
}
setInterval(look, LOOK_EVERY);

async function tell() {
  const { found } = await api.get("info", "/api/info", null, { seen: true });
  info = found;
  drawLine(current());
  return found;
}
let told = tell();
told.catch(() => {});
show({ fresh: true });
