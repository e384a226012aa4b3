// The hits: dated cards, what stands above them, and filters beside them.

import { fill, find, h, isAddress } from "./dom.js";
import { span } from "./dates.js";
import { pieces, plural, points, shown, slice } from "./text.js";
import { address, asked } from "./state.js";

const LONGEST_SPOKEN = 366;  // days of a period that says when
const MOST_SPOKEN = 3;
const DAY = 86400000;

export function draw(found, state, on) {
  const results = find("results");
  if (!found.hits.length) {
    fill(results, nothing(found, state, on));
    return;
  }
  fill(results, above(found, state, on),
    found.strong ? null : h("p", { class: "weak", id: "weak" }, "Nothing here seems to answer this. Nearest passages:"),
    h("ol", { class: "hits" }, ...ordered(found.hits, state.sort).map((hit) => card(hit, state, on))),
    Number(state.k ?? 10) <= found.hits.length && Number(state.k ?? 10) < 100
      ? h("p", {}, h("button", { type: "button", onclick: () => on.goto({ k: String(Math.min(100, Number(state.k ?? 10) + 10)) }, { stay: true }) }, "More passages")) : null);
  results.querySelectorAll(".passage").forEach(reveal);
}

function above(found, state, on) {
  const orders = [["rank", "best first"], ["date", "oldest first"], ["-date", "newest first"]];
  const order = h("select", { "aria-label": "Order", onchange: () => on.goto({ sort: order.value }) },
    ...orders.map(([value, text]) => h("option", { value, selected: value === (state.sort ?? "rank") }, text)));
  const file = (format) => `/api/search?${withFormat(state, format)}`;
  return h("div", { class: "above" },
    h("span", {}, plural(found.hits.length, "passage"), ", ", order),
    h("details", { class: "exports", open: !matchMedia("(max-width: 40rem)").matches }, h("summary", {}, "Export"), h("div", { class: "row" },
      ...[["csv", "CSV"], ["json", "JSON"], ["md", "Markdown"]].map(([format, name]) => h("a", { href: file(format), download: `semsearch.${format}` }, name)),
      h("a", { href: `/api/feed.rss?${asked(state)}` }, "Feed"),
      h("button", { type: "button", class: "plain", id: "dossier", disabled: true, onclick: on.dossier }, "Dossier (0)"),
      h("button", { type: "button", class: "plain", onclick: on.save }, "Save this question"),
      h("button", { type: "button", class: "plain", onclick: () => on.copy(location.href, "The address") }, "Copy link"))));
}

function withFormat(state, format) {
  const query = asked(state);
  query.set("format", format);
  if (state.sort) query.set("sort", state.sort);
  return query;
}

// As --sort has it: undated ones last, equal days in the order of their rank.
export function ordered(hits, sort) {
  if (!sort || sort === "rank") return hits;
  const sign = sort === "-date" ? -1 : 1;
  const day = (hit) => hit.published === null ? null : hit.published.padEnd(10, "-01-01".slice(hit.published.length - 4));
  const dated = hits.filter((hit) => hit.published !== null);
  dated.sort((a, b) => (day(a) < day(b) ? -sign : day(a) > day(b) ? sign : 0));
  return [...dated, ...hits.filter((hit) => hit.published === null)];
}

function nothing(found, state, on) {
  const filters = [["since", "until", "on"], ["source"], ["not_source"], ["where"], ["kind"], ["event"], ["as_of"], ["mode"]]
    .filter((names) => names.some((name) => state[name]?.length));
  if (found.time?.strict) filters.push(["time"]);
  const label = { since: "the time", source: "the publishers", not_source: "the publishers left out", where: "the fields", kind: "the kinds of file", event: "the event days", as_of: "“as of”", mode: "the mode", time: "the time words" };
  return h("div", { class: "empty", id: "empty" }, h("p", {}, "No passages: nothing matches the filters and the words of the question."),
    ...filters.map((names) => h("button", { type: "button", onclick: () => on.goto(Object.fromEntries(names.map((name) => [name, undefined]))) }, `Drop ${label[names[0]]}`)));
}

export function opened(hit, state) {
  return address({ ...state, doc: hit.doc_id, at: `${hit.start}-${hit.end}`, mark: hit.best_sentence.join("-"), sha: undefined });
}

export function card(hit, state, on, label = "") {
  const best = hit.best_sentence.map((at) => at - hit.start);
  const words = hit.words.map((word) => word.map((at) => at - hit.start));
  const begins = points(hit.text).slice(0, points(hit.title.replace(/…$/, "")).length).join("") === hit.title.replace(/…$/, "");
  const passage = h("div", { class: "passage", dir: "auto" }, ...marked(pieces(hit.text, best, words)));
  const more = h("button", { type: "button", class: "plain more", hidden: true, onclick: () => { passage.classList.add("open"); more.hidden = true; } }, "more");
  const when = date(hit);
  const node = h("li", {}, h("article", { class: "card", "data-doc": hit.doc_id, "data-start": String(hit.start), "data-rank": String(hit.rank) },
    h("h2", {}, h("a", { class: "open", href: opened(hit, state), onclick: (event) => { if (!special(event)) { event.preventDefault(); on.open(hit); } } },
      when, h("span", { class: begins ? "hidden-label" : "title", dir: "auto" }, " ", shown(hit.title) || hit.doc_id))),
    h("p", { class: "facts" }, ...facts(hit, label)),
    passage, more,
    h("div", { class: "actions" }, copies(hit, on), why(hit),
      h("button", { type: "button", class: "plain", "data-act": "cite", onclick: () => on.cite(hit) }, "Cite"),
      h("button", { type: "button", class: "plain", "data-act": "link", onclick: () => on.link(hit) }, "Link"),
      h("button", { type: "button", class: "plain", "data-act": "similar", onclick: () => on.similar(hit) }, "Similar"),
      on.tick ? h("label", {}, h("input", { type: "checkbox", checked: on.isTicked(hit), onchange: (event) => on.tick(hit, event.target.checked) }), " Dossier") : null)));
  return node;
}

const special = (event) => event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0;

// Pieces as nodes, those of the marked sentence within one mark.
export function marked(found) {
  const node = ({ text, bold }) => bold ? h("b", {}, shown(text)) : shown(text);
  const before = found.findIndex((piece) => piece.marked);
  if (before < 0) return found.map(node);
  const after = found.findLastIndex((piece) => piece.marked) + 1;
  return [...found.slice(0, before).map(node), h("mark", {}, ...found.slice(before, after).map(node)), ...found.slice(after).map(node)];
}

export function date(hit) {
  if (!hit.published) return h("span", { class: "date" }, "undated");
  const probable = ["guess", "crawl time"].includes(hit.date_source);
  const doubt = hit.date_ambiguous ? "day and month may be exchanged" : probable ? `only probable, from the ${hit.date_source}` : "";
  return h("span", { class: "date", title: doubt || `from the ${hit.date_source}` }, hit.published, doubt ? "?" : "",
    doubt ? h("span", { class: "hidden-label" }, ` (${doubt})`) : null);
}

function facts(hit, label) {
  const found = [];
  if (label) found.push(h("b", {}, label));
  if (hit.source) found.push(shown(hit.source));
  found.push(place(hit));
  const spoken = hit.events.filter(([first, last]) => (Date.parse(last) - Date.parse(first)) / DAY < LONGEST_SPOKEN);
  if (spoken.length) found.push(`speaks of ${spoken.slice(0, MOST_SPOKEN).map(([first, last]) => span(first, last)).join(", ")}${spoken.length > MOST_SPOKEN ? ", …" : ""}`);
  if (hit.story) found.push(`first ${hit.story.first ?? "undated"}, ${plural(hit.story.copies, "near copy").replace("copys", "copies")} in ${plural(hit.story.sources, "source")}${hit.story.last ? `, to ${hit.story.last}` : ""}`);
  if (hit.more) found.push(`${hit.more} more here`);
  return found.flatMap((fact, at) => at ? [" · ", fact] : [fact]);
}

export const place = (hit) => [hit.page ? `p. ${hit.page}` : hit.line_start === hit.line_end ? `line ${hit.line_start}` : `lines ${hit.line_start} to ${hit.line_end}`,
  hit.member ? `in ${shown(hit.member)}` : ""].filter(Boolean).join(" ");

function copies(hit, on) {
  if (!hit.copies.length) return null;
  const list = h("ul", {});
  const node = h("details", { class: "copies" }, h("summary", {}, hit.copies.length === 1 ? "1 near copy" : `${hit.copies.length} near copies`), list);
  node.addEventListener("toggle", () => { if (node.open && !list.children.length) on.copies(hit, list); });
  return node;
}

function why(hit) {
  const parts = hit.explain ?? [];
  const row = ({ signal, value, weight, share }) => h("tr", {}, h("th", { scope: "row" }, shown(signal)), h("td", {}, value.toFixed(3)),
    h("td", {}, weight ? `× ${weight.toFixed(2)}` : ""), h("td", {}, (share < 0 ? "− " : "+ ") + Math.abs(share).toFixed(3)));
  return h("details", { class: "why" }, h("summary", {}, `Why ${hit.score.toFixed(3)}`),
    h("table", {}, h("thead", {}, h("tr", {}, ...["what", "value", "weight", "adds"].map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, ...parts.map(row))));
}

// The passage scrolled so that its marked sentence shows; "more" only where something is hidden.
export function reveal(passage) {
  const mark = passage.querySelector("mark");
  if (passage.scrollHeight <= passage.clientHeight + 2) return;
  passage.nextElementSibling.hidden = false;
  if (mark && mark.offsetTop + mark.offsetHeight > passage.clientHeight) passage.scrollTop = Math.max(0, mark.offsetTop - 4);
}

export function quoted(hit, link) {
  const sentence = slice(hit.text, hit.best_sentence[0] - hit.start, hit.best_sentence[1] - hit.start).trim().replace(/\s+/g, " ");
  const title = hit.title.endsWith("…") ? "" : hit.title;  // the first words of a text without a title say nothing more
  const parts = [hit.source, title, hit.published ?? "undated", isAddress(hit.url) ? hit.url : link].filter(Boolean).map(shown);
  return `“${shown(sentence)}” ${parts.join(", ")}`;
}

// Filters with what each would leave, where there is something to choose. "not" leaves out instead.
export function facets({ sources, kinds, fields, undated }, state, on) {
  const groups = [];
  if (sources.some((each) => each.source !== null) && (sources.length > 1 || state.not_source?.length)) groups.push(publishers(sources, state, on));
  if (kinds.length > 1) groups.push(choices("Kinds of file", kinds.map((each) => ({ ...each, value: each.kind })), { name: "kind", state, on }));
  for (const [field, values] of Object.entries(fields)) {
    if (values.length > 1 || (state.where ?? []).some((each) => each.startsWith(field))) groups.push(choices(field, values, { name: "where", field, state, on }));
  }
  if (undated) {
    const open = (event) => { event.preventDefault(); on.goto({ view: "dates", only: "undated" }); };
    groups.push(h("p", {}, h("a", { href: address({ view: "dates", only: "undated" }), onclick: open }, `${plural(undated, "passage")} undated →`)));
  }
  const narrow = matchMedia("(max-width: 60rem)").matches;
  fill(find("facets"), groups.length ? h("details", { open: !narrow || Boolean(state.source?.length) }, h("summary", {}, "Filter"), ...groups) : null);
}

function publishers(sources, state, on) {
  const wanted = lowered(state.source), left = lowered(state.not_source);
  const row = ({ source, relevant }) => source === null
    ? h("li", { class: "none" }, `none ${relevant}`)
    : line(source, relevant, { checked: wanted.has(source.toLowerCase()), "data-source": source, onchange: () => toggle(state, on, ["source", source], ["not_source", source]) },
      left.has(source.toLowerCase()), () => toggle(state, on, ["not_source", source], ["source", source]));
  return h("fieldset", {}, h("legend", {}, "Publishers"), h("ul", {}, ...sources.slice(0, 20).map(row)));
}

function choices(legend, values, { name, field, state, on }) {
  const wanted = lowered(state[name]);
  const text = (value, sign) => field === undefined ? value : `${field}${sign}${value}`;
  const row = ({ value, relevant }) => line(value, relevant,
    { checked: wanted.has(text(value, "=").toLowerCase()), [`data-${name}`]: text(value, "="), onchange: () => toggle(state, on, [name, text(value, "=")], [name, text(value, "!=")]) },
    wanted.has(text(value, "!=").toLowerCase()), field === undefined ? null : () => toggle(state, on, [name, text(value, "!=")], [name, text(value, "=")]));
  return h("fieldset", {}, h("legend", {}, shown(legend)), h("ul", {}, ...values.map(row)));
}

function line(value, count, box, isLeftOut, leaveOut) {
  return h("li", {}, h("label", {}, h("input", { type: "checkbox", ...box }), ` ${shown(value)} `, h("span", { class: "count" }, String(count))),
    leaveOut ? h("button", { type: "button", class: "plain not", "aria-pressed": String(isLeftOut), "aria-label": `Without ${shown(value)}`, onclick: leaveOut }, "not") : null);
}

const lowered = (values) => new Set((values ?? []).map((value) => value.toLowerCase()));

// Chosen, or no longer; its opposite goes.
function toggle(state, on, [name, value], [other, opposite]) {
  const without = (values, one) => values.filter((each) => each.toLowerCase() !== one.toLowerCase());
  const before = state[name] ?? [], rest = without(before, value);
  const change = { [name]: rest.length < before.length ? rest : [...before, value] };
  if (other !== name || opposite !== value) change[other] = without(change[other] ?? state[other] ?? [], opposite);
  on.goto(change);
}
