// One article, at its passage.

import { fill, h, isAddress } from "./dom.js";
import { pieces, points, shown } from "./text.js";
import { date, marked } from "./results.js";

const spanOf = (text) => /^\d{1,9}-\d{1,9}$/.test(text ?? "") ? text.split("-").map(Number) : null;

export function clear(view) {
  fill(view, h("p", { class: "facts" }, "Opening …"));
}

export function draw(view, found, state, on) {
  const at = spanOf(state.at), mark = spanOf(state.mark) ?? at ?? [0, 0];
  const heading = h("h1", { tabindex: "-1", dir: "auto" }, shown(found.title) || found.doc_id);
  const provenance = found.date_source ? ` (from the ${found.date_source}: ${shown(found.date_raw)}${found.date_ambiguous ? ", day and month may be exchanged" : ""})` : "";
  fill(view, h("article", { class: "whole" },
    h("p", {}, h("a", { href: "/", id: "back", onclick: (event) => { event.preventDefault(); on.back(); } }, state.q || state.view ? "Back to results (Esc)" : "Back (Esc)")),
    found.same === false ? h("p", { class: "error", id: "changed" }, "This text has changed since the link was made.") : null,
    heading,
    h("p", { class: "facts" }, date(found), provenance, found.source ? ` · ${shown(found.source)}` : "", ` · ${shown(found.path)}`,
      isAddress(found.url) ? [" · ", h("a", { href: found.url, rel: "noreferrer noopener", target: "_blank" }, "original")] : null),
    ...Object.entries(found.kept).slice(0, 20).map(([name, values]) => h("p", { class: "facts" }, `${shown(name)}: ${shown(values.join(", "))}`)),
    h("div", { class: "actions" },
      h("button", { type: "button", class: "plain", "data-act": "cite", onclick: () => on.citeArticle(found, at, mark) }, "Cite"),
      h("button", { type: "button", class: "plain", "data-act": "link", onclick: () => on.linkArticle(found, at, mark) }, "Link"),
      h("button", { type: "button", class: "plain", "data-act": "similar", onclick: () => on.similar(found) }, "Similar"),
      others(found, state, on)),
    h("div", { class: "text", dir: "auto" }, ...body(found.text, at, mark))));
  document.title = `${shown(found.title) || found.doc_id} · semsearch`;
  heading.focus({ preventScroll: true });
  (view.querySelector("mark") ?? view.querySelector(".here") ?? heading).scrollIntoView({ block: "center" });
}

function body(text, at, mark) {
  const all = points(text);
  const [start, end] = at ?? [0, 0];
  const part = (first, last) => marked(pieces(all.slice(first, last).join(""), mark.map((each) => each - first), []));
  if (!at || end <= start) return part(0, all.length);
  return [...part(0, start), h("div", { class: "here" }, ...part(start, Math.min(end, all.length))), ...part(Math.min(end, all.length), all.length)];
}

function others(found, state, on) {
  const hits = on.hitsOf(found.doc_id).filter((hit) => `${hit.start}-${hit.end}` !== state.at);
  return hits.length ? h("span", {}, `Other passages of this answer here: ${hits.length} `,
    ...hits.map((hit, place) => h("button", { type: "button", class: "plain", onclick: () => on.open(hit) }, String(place + 1)))) : null;
}
