// The timeline: bars over the whole collection, the window among them; drawn over, clicked, or moved by keys.

import { barName, daysBetween, firstDay, isPeriod, lastDay, shifted, tickName } from "./dates.js";
import { fill, h } from "./dom.js";
import { plural } from "./text.js";

const BY = ["", "day", "week", "month", "year"];
let bars = [];  // buttons
let shown = null;  // the reply that is drawn
let chosen = null;  // [first, last] places while a choice is made
let at = 0;  // the bar that has the tab stop

export function draw(target, found, windows, { by, since, until, guesses, apply, goto, names }) {
  shown = found;
  const most = Math.max(1, ...found.bars.map((bar) => bar.relevant));
  const widest = Math.max(1, ...found.bars.map((bar) => bar.passages));
  at = Math.min(at, Math.max(found.bars.length - 1, 0));
  bars = found.bars.map((bar, place) => {
    const name = `${barName(bar, found.by)}: ${bar.relevant} of ${plural(bar.passages, "passage")}${bar.burst ? ", burst" : ""}`;
    const node = h("button", { type: "button", class: `bar${bar.burst ? " burst" : ""}`, "aria-label": name, title: name,
      tabindex: place === at ? "0" : "-1", "data-place": place },
    h("span", { class: "all", "aria-hidden": "true" }), h("span", { class: "some", "aria-hidden": "true" }));
    node.style.setProperty("--all", `${100 * bar.passages / widest}%`);
    node.style.setProperty("--some", `${100 * bar.relevant / most}%`);
    return node;
  });
  const row = h("div", { class: "bars", role: "toolbar", "aria-label": "Timeline: arrows move, shift and arrows select, Enter applies, Escape shows all" }, ...bars);
  listen(row, apply);
  const legend = h("p", { class: "legend" }, h("span", { class: "key some" }), "passages that answer, ", h("span", { class: "key burst" }), "unusually many; ",
    h("span", { class: "key all" }), "all passages, to a scale of their own. Drag over bars, or Shift and arrow keys, to choose a time.");
  fill(target, row, ticks(found), names ? legend : controls(found, legend, { by, since, until, guesses, goto }));
  band(target, windows, names ?? []);
}

function ticks(found) {
  const step = Math.max(1, Math.ceil(found.bars.length / (matchMedia("(max-width: 40rem)").matches ? 3 : 6)));
  const names = [];
  for (let place = 0; place < found.bars.length; place += step) {
    const name = h("span", {}, tickName(found.bars[place], found.by));
    name.style.setProperty("--bars", String(Math.min(step, found.bars.length - place)));
    names.push(name);
  }
  return h("div", { class: "ticks", "aria-hidden": "true" }, ...names);
}

function controls(found, legend, { by, since, until, guesses, goto }) {
  const select = h("select", { "aria-label": "Length of a bar", onchange: () => goto({ by: select.value || undefined }) },
    ...BY.map((name) => h("option", { value: name, selected: name === (by ?? "") }, name || `by ${found.by}`)));
  const from = h("input", { id: "since", value: since ?? "", placeholder: "2022-11", size: "10", autocomplete: "off", "aria-describedby": "since-error" });
  const to = h("input", { id: "until", value: until ?? "", placeholder: "2022-11-30", size: "10", autocomplete: "off", "aria-describedby": "until-error" });
  const form = h("form", { class: "window", onsubmit: (event) => { event.preventDefault(); goto({ since: from.value.trim() || undefined, until: to.value.trim() || undefined, on: undefined }); } },
    h("label", { for: "since" }, "From"), from, h("label", { for: "until" }, "To"), to, h("button", { type: "submit" }, "Go"),
    since || until || guesses ? h("label", {}, h("input", { type: "checkbox", id: "guesses", checked: guesses === "true", onchange: (event) => goto({ guesses: event.target.checked ? "true" : undefined }) }), " with dates that are only probable") : null,
    h("span", { id: "since-error", class: "error" }), h("span", { id: "until-error", class: "error" }));
  const narrow = matchMedia("(max-width: 40rem)").matches;
  return h("details", { class: "dates", open: !narrow || Boolean(since || until) }, h("summary", {}, "Dates"), h("div", { class: "row" }, select, form), legend);
}

// Which bars the windows of the answer take; named ones show their names.
function band(target, windows, names) {
  const given = windows.map((window, place) => [...window.slice(0, 2), names[place] ?? ""]).filter(([first, last]) => first || last);
  bars.forEach((node, place) => {
    const bar = shown.bars[place];
    const held = given.filter(([first, last]) => (!last || bar.first <= last) && (!first || bar.last >= first));
    node.classList.toggle("in", held.length > 0);
    node.dataset.band = held.map(([, , name]) => name).join(" ");
  });
  target.classList.toggle("windowed", given.length > 0);
}

function choose(first, last) {
  chosen = first === null ? null : [Math.min(first, last), Math.max(first, last)];
  bars.forEach((node, place) => node.classList.toggle("chosen", chosen !== null && chosen[0] <= place && place <= chosen[1]));
}

function applied(apply) {
  const [first, last] = chosen;
  choose(null);
  apply({ since: shown.bars[first].first, until: shown.bars[last].last, on: undefined });
}

function listen(row, apply) {
  let from = null;
  const place = (event) => {
    const under = document.elementFromPoint(event.clientX, row.getBoundingClientRect().bottom - 4)?.closest(".bar");
    return under ? Number(under.dataset.place) : null;
  };
  row.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = place(event);
    if (from === null) return;
    const held = event.shiftKey ? bars.findIndex((node) => node.classList.contains("in")) : -1;
    if (held >= 0) from = held;
    choose(from, place(event));
  });
  row.addEventListener("pointermove", (event) => {
    if (from === null) return;
    if (event.pointerType !== "touch" || !row.hasPointerCapture(event.pointerId)) row.setPointerCapture(event.pointerId);
    const to = place(event);
    if (to !== null) choose(from, to);
  });
  row.addEventListener("pointerup", () => {
    if (from === null) return;
    from = null;
    if (chosen) applied(apply);
  });
  row.addEventListener("pointercancel", () => { from = null; choose(null); });
  row.addEventListener("click", (event) => {  // of a screen reader: no pointer was there
    if (event.detail !== 0 || !event.target.closest(".bar")) return;
    const place = Number(event.target.closest(".bar").dataset.place);
    choose(place, place);
    applied(apply);
  });
  row.addEventListener("keydown", (event) => keys(event, apply));
}

let anchor = null;

function keys(event, apply) {
  const last = bars.length - 1;
  const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last };
  if (event.key in moves) {
    const before = at;
    focusBar(Math.max(0, Math.min(last, moves[event.key])));
    if (event.shiftKey) {
      anchor ??= before;
      choose(anchor, at);
    } else {
      anchor = null;
      choose(null);
    }
  } else if (event.key === "Enter" || event.key === " ") {
    if (!chosen) choose(at, at);
    anchor = null;
    applied(apply);
  } else if (event.key === "Escape") {
    anchor = null;
    choose(null);
    apply({ since: undefined, until: undefined, on: undefined });
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

export function focusBar(place = at) {
  if (!bars.length) return;
  bars[at]?.setAttribute("tabindex", "-1");
  at = place;
  bars[at].setAttribute("tabindex", "0");
  bars[at].focus();
}

export const hasBarFocus = () => document.activeElement?.classList.contains("bar");

// A window moved by its own length (1, -1), or widened by half of it on each side (0); null where there is none.
export function moved([first, last], by) {
  if (!isPeriod(first) || !isPeriod(last)) return null;
  const begin = firstDay(first), end = lastDay(last), length = daysBetween(begin, end);
  if (by === 0) return { since: shifted(begin, -Math.ceil(length / 2)), until: shifted(end, Math.ceil(length / 2)) };
  return { since: shifted(begin, by * length), until: shifted(end, by * length) };
}
