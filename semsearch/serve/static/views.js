// Further views: two periods compared, articles like one, dates that need a look, stories, saved questions.

import { get, post } from "./api.js";
import * as local from "./local.js";
import * as timeline from "./timeline.js";
import { fill, h } from "./dom.js";
import { span } from "./dates.js";
import { card, reveal } from "./results.js";
import { plural, shown } from "./text.js";
import { address, asked } from "./state.js";

const MOST_NEW = 20;  // passages of a saved question

export const NAMES = { compare: "Compare", dates: "Check dates", stories: "Stories", saved: "Saved" };

export async function draw(view, state, on) {
  await { compare, like, dates, stories, saved }[state.view](view, state, on);
  view.querySelectorAll(".passage").forEach(reveal);
}

async function compare(view, state, on) {
  const field = (name, label) => h("label", {}, `${label} `, h("input", { name, value: state[name] ?? "", placeholder: name === "a" ? "2022-08" : "2022-11", autocomplete: "off", required: true }));
  const form = h("form", { class: "periods", onsubmit: (event) => {
    event.preventDefault();
    const given = new FormData(form);
    on.goto({ view: "compare", a: given.get("a").trim(), b: given.get("b").trim() });
  } }, field("a", "Period A"), field("b", "Period B"), h("button", { type: "submit" }, "Compare"), h("span", { class: "error", id: "periods-error" }));
  const heading = h("h1", { tabindex: "-1" }, "Two periods side by side");
  fill(view, heading, form, h("div", { class: "sides", "aria-busy": "true" }));
  if (!state.q) { view.querySelector("#periods-error").textContent = "Ask a question in the box above: its answers of two periods are compared."; document.getElementById("q").focus(); return; }
  if (!state.a || !state.b) return;
  const query = asked(state, ["since", "until", "on", "time", "recency", "per_document", "expand", "k", "guesses"]);
  query.set("a", state.a);
  query.set("b", state.b);
  query.set("k", "10");
  let reply;
  try {
    reply = await get("view", "/api/compare", query);
  } catch (error) {
    if (error.code && error.code !== "offline") { view.querySelector("#periods-error").textContent = error.message; view.querySelector(".sides").remove(); return; }
    throw error;
  }
  const side = (each, name, word) => h("section", { "aria-label": `Period ${name}`, "data-side": name },
    h("h2", {}, `${name}: ${span(each.window[0], each.window[1])}`),
    h("p", { class: "facts" }, `words that stand out: ${each.words.map(shown).join(", ") || "none"}`),
    each.hits.length ? h("ol", { class: "hits" }, ...each.hits.map((hit) => card(hit, state, without(on), hit.own ? word : ""))) : h("p", {}, "Nothing."));
  const legend = h("p", { class: "facts" }, "“gone”: nothing like it in B. “new”: nothing like it in A.");
  const bars = h("div", { class: "brushes" });
  fill(view, heading, form, bars, legend, h("div", { class: "sides" }, side(reply.found.a, "A", "gone"), side(reply.found.b, "B", "new")));
  view.querySelectorAll(".sides h2 ~ ol .card h2").forEach((node) => node.setAttribute("aria-level", "3"));
  await brushes(bars, state, [reply.found.a.window, reply.found.b.window], on);
}

let brush = "b";  // the period that a drag sets

// The timeline of the question with both periods; a drag over it sets one of them.
async function brushes(target, state, windows, on) {
  const { found } = await get("brushes", "/api/timeline", asked(state, ["since", "until", "on", "time", "recency", "k", "per_document", "expand"]), { seen: true });
  const choice = h("fieldset", { class: "choice" }, h("legend", {}, "A drag sets period"), ...["a", "b"].map((name) => h("label", {},
    h("input", { type: "radio", name: "brush", value: name, checked: name === brush, onchange: () => { brush = name; } }), ` ${name.toUpperCase()}`)));
  const row = h("div", {});
  timeline.draw(row, found, windows, { names: ["A", "B"], goto: on.goto,
    apply: ({ since, until }) => { if (since) on.goto({ view: "compare", [brush]: `${since}..${until}` }); } });
  fill(target, row, choice);
}

async function like(view, state, on) {
  fill(view, h("p", { class: "facts" }, "Looking …"));
  const { found } = await get("view", "/api/similar", new URLSearchParams({ id: state.like, k: "10" }));
  fill(view, back(on), h("h1", { tabindex: "-1" }, `Articles like “${shown(found.query)}”`),
    found.hits.length ? h("ol", { class: "hits" }, ...found.hits.map((hit) => card(hit, {}, without(on)))) : h("p", {}, "None."));
}

async function dates(view, state, on) {
  const kinds = ["undated", "ambiguous", "suspicious", "repeated"];
  const only = kinds.includes(state.only) ? state.only : "undated";
  fill(view, h("p", { class: "facts" }, "Looking …"));
  const { found } = await get("view", "/api/dates", new URLSearchParams({ only }));
  const row = (entry) => h("tr", {}, h("td", {}, entry.date ?? "undated"), h("td", {}, entry.source ?? ""), h("td", {}, shown(entry.raw ?? "")),
    h("td", {}, shown(entry.doubt ?? "")), h("td", {}, link(entry.doc_id, entry.doc_id, on)));
  fill(view, back(on), h("h1", { tabindex: "-1" }, "Dates that need a look"),
    h("p", {}, ...kinds.map((kind) => h("a", { class: "tab", href: address({ view: "dates", only: kind }), "aria-current": kind === only ? "true" : null,
      onclick: (event) => { event.preventDefault(); on.goto({ view: "dates", only: kind }); } }, kind))),
    h("p", {}, `${plural(found.count, "article")}${found.more ? ", the first 1000 are listed" : ""}`),
    found.dates.length ? h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Dates" }, h("table", {}, h("thead", {}, h("tr", {}, ...["date", "from", "as written", "doubt", "article"].map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, ...found.dates.map(row)))) : null);
}

async function stories(view, state, on) {
  fill(view, h("p", { class: "facts" }, "Looking …"));
  const { found } = await get("view", "/api/stories", new URLSearchParams({ k: "50" }));
  const story = (each) => h("li", {}, h("h2", {}, link(each.articles[0].doc_id, each.articles[0].title || each.articles[0].doc_id, on)),
    h("p", { class: "facts" }, `${plural(each.articles.length, "article")} in ${plural(each.sources, "source")}, ${span(each.first ?? "undated", each.last ?? each.first ?? "undated")}`),
    h("details", {}, h("summary", {}, "All of them"), h("ul", {}, ...each.articles.map((article) => h("li", {}, `${article.published ?? "undated"} ${shown(article.source ?? "")} `, link(article.doc_id, article.title || article.doc_id, on))))));
  fill(view, back(on), h("h1", { tabindex: "-1" }, "Stories told in the same words"),
    found.stories.length ? h("ol", { class: "hits" }, ...found.stories.map(story)) : h("p", {}, "No article has a copy."));
}

async function saved(view, state, on) {
  fill(view, h("p", { class: "facts" }, "Looking …"));
  const { found } = await get("view", "/api/questions");
  const again = () => on.goto({ view: "saved" });
  const block = (each, { seen, forget, where = "" }) => h("section", {}, h("h2", {}, h("a", { href: each.address, onclick: (event) => { event.preventDefault(); on.jump(each.address); } }, shown(each.query))),
    h("p", { class: "facts" }, `${shown(each.name)}${where} · ${each.error ? `cannot be asked: ${shown(each.error)}` : plural(each.hits.length, "new passage")} `,
      h("button", { type: "button", class: "plain", onclick: async () => { await seen(each); again(); } }, "Seen"),
      h("button", { type: "button", class: "plain", onclick: async () => { await forget(each); again(); } }, "Delete")),
    h("ol", { class: "hits" }, ...each.hits.slice(0, MOST_NEW).map((hit) => card(hit, {}, without(on)))));
  const here = await Promise.all(local.all().map(local.news));
  const blocks = [
    ...found.questions.map((each) => block(each, { seen: ({ name }) => post("/api/questions/seen", { name }), forget: ({ name }) => post("/api/questions/forget", { name }) })),
    ...here.map((each) => block(each, { seen: (one) => local.looked(one, one.hits), forget: ({ name }) => local.forget(name), where: " (in this browser alone)" }))];
  fill(view, back(on), h("h1", { tabindex: "-1" }, "Saved questions"), ...(blocks.length ? blocks : [h("p", {}, "None: save one above its answers.")]));
}

// A dossier is made of the hits of one question.
const without = (on) => ({ ...on, tick: undefined });

const back = (on) => h("p", {}, h("a", { href: "/", id: "back", onclick: (event) => { event.preventDefault(); on.back(); } }, "Back to results (Esc)"));

function link(doc, text, on) {
  return h("a", { href: address({ doc }), dir: "auto", onclick: (event) => { event.preventDefault(); on.goto({ view: undefined, doc, at: undefined, mark: undefined }); } }, shown(text));
}
