// Keys: letters that can be switched off, and Escape.

import * as timeline from "./timeline.js";
import { find, h } from "./dom.js";
import { dialog, sayBriefly } from "./said.js";
import { current } from "./state.js";

let letters = store("letters") !== "off";

function store(name, value) {
  try {
    if (value !== undefined) localStorage.setItem(`semsearch.${name}`, value);
    return localStorage.getItem(`semsearch.${name}`);
  } catch {
    return null;
  }
}

const KEYS = [["/", "question"], ["j k", "next, previous hit"], ["Enter o", "open"], ["Esc", "back, close"], ["c", "cite"], ["l", "copy link"], ["y", "why this rank"],
  ["s", "similar"], ["t", "timeline: arrows, Shift and arrows, Enter, Esc"], ["[ ]", "window earlier, later"], ["-", "window wider"], ["?", "these keys"]];

export function help() {
  const box = h("input", { type: "checkbox", checked: letters, id: "letters", onchange: () => { letters = box.checked; store("letters", letters ? "on" : "off"); } });
  dialog("Keys", h("table", {}, h("tbody", {}, ...KEYS.map(([key, what]) => h("tr", {}, h("th", { scope: "row" }, key), h("td", {}, what))))),
    h("p", {}, h("label", {}, box, " Single letters do this")));
}

function cardAt(step) {
  const cards = [...document.querySelectorAll("#search-view:not([hidden]) .card, #other-view:not([hidden]) .card")];
  const here = cards.indexOf(document.activeElement?.closest?.(".card"));
  const card = cards[Math.max(0, Math.min(cards.length - 1, here + step))];
  return step === 0 ? cards[here] : card;
}

function act(name) {
  const scope = cardAt(0) ?? document.querySelector("#other-view:not([hidden]) .whole") ?? null;
  if (name === "why") { const node = scope?.querySelector(".why"); if (node) node.open = !node.open; return; }
  scope?.querySelector(`[data-act=${name}]`)?.click();
}

function shift(by, { time, goto }) {
  const state = current();
  const since = state.since ?? (state.until ? undefined : time?.[0]), until = state.until ?? (state.since ? undefined : time?.[1]);
  const found = since && until ? timeline.moved([since, until], by) : null;
  if (found) goto(found); else sayBriefly("There is no window with two ends to move.");
}

let page = { window: () => null, goto: () => {}, back: () => {} };  // what the keys act on

const now = () => ({ time: page.window(), goto: page.goto });

const LETTERS = {
  "/": () => { find("q").focus(); find("q").select(); },
  j: () => cardAt(1)?.querySelector("a.open").focus(), k: () => cardAt(-1)?.querySelector("a.open").focus(),
  o: () => cardAt(0)?.querySelector("a.open").click(), c: () => act("cite"), l: () => act("link"), y: () => act("why"), s: () => act("similar"),
  t: () => timeline.focusBar(), "[": () => shift(-1, now()), "]": () => shift(1, now()), "-": () => shift(0, now()), "?": help,
};

export function listen(acting) {
  page = acting;
  addEventListener("keydown", pressed);
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const typing = event.target.matches?.("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape" && !find("dialog").open) {
    if (typing) event.target.blur();
    else if (!find("other-view").hidden) page.back();
    return;
  }
  if (typing || find("dialog").open || !(event.key in LETTERS)) return;
  if (!letters) return;
  event.preventDefault();
  LETTERS[event.key]();
}
