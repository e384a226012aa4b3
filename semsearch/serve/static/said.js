// What the page says: a line that stays, one for a moment, notices, errors at their fields, dialogs.

import { fill, find, h } from "./dom.js";

const BUSY_AFTER = 300;  // milliseconds
const BRIEFLY = 4000;
let lasting = "";
let timer = null;

export function say(text) {
  clearTimeout(timer);
  lasting = text;
  find("status").textContent = text;
}

export function sayBriefly(text) {
  clearTimeout(timer);
  find("status").textContent = text;
  timer = setTimeout(() => { find("status").textContent = lasting; }, BRIEFLY);
}
export const notice = (text, kind = "note") => fill(find("notice"), text ? h("p", { class: kind }, text) : null);

// Each error at its field; whether it has one.
export function errors({ field, message = "" }) {
  const places = { q: "q-error", since: "since-error", until: "until-error", on: "since-error" };
  for (const [name, id] of Object.entries(places)) {
    if (name === "on" || !find(id)) continue;
    const here = places[field] === id;
    find(id).textContent = here ? message : "";
    if (id === "q-error") find(id).hidden = !here;
    find(name)?.setAttribute("aria-invalid", String(here));
  }
  return field in places && find(places[field]);
}


// A bar shows where something takes long.
export async function busy(promise) {
  const timer = setTimeout(() => { find("progress").hidden = false; }, BUSY_AFTER);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    find("progress").hidden = true;
  }
}


export function dialog(title, ...content) {
  const node = find("dialog");
  fill(node, h("h2", { id: "dialog-title" }, title), ...content, h("p", {}, h("button", { type: "button", onclick: () => node.close() }, "Close")));
  if (!node.open) node.showModal();
}
