// What is taken along: citations, links, dossiers, saved questions.

import * as api from "./api.js";
import * as local from "./local.js";
import { find, h } from "./dom.js";
import { quoted } from "./results.js";
import { dialog, say, sayBriefly } from "./said.js";
import { address, asBody, current } from "./state.js";
import { slice } from "./text.js";

// A passage of an article that is open, as if it were a hit.
export function asHit(found, at, mark) {
  const [start, end] = at ?? [0, Math.min([...found.text].length, 400)];
  const best = mark[1] > mark[0] ? mark : [start, end];
  return { ...found, start, end, text: slice(found.text, start, end), best_sentence: best };
}

export async function permalink(hit) {
  const at = `${hit.start}-${hit.end}`;
  const { found } = await api.get("sha", `/api/documents/${encodeURIComponent(hit.doc_id)}`, new URLSearchParams({ at }), { seen: true });
  return location.origin + address({ doc: hit.doc_id, at, mark: hit.best_sentence.join("-"), sha: found.passage_sha256.slice(0, 16) });
}

export async function copy(text, what) {
  if (navigator.clipboard && isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      sayBriefly(`${what} is copied.`);
      return;
    } catch { /* not allowed: it is shown */ }
  }
  const area = h("textarea", { readonly: true, rows: "5", "aria-label": what });
  area.value = text;
  dialog(what, area);
  area.select();
}

export async function dossier(hits) {
  try {
    const reply = await api.post("/api/dossier", { ...asBody(current()), k: 100, hits });
    const link = h("a", { href: URL.createObjectURL(await reply.blob()), download: "dossier.html" });
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (error) {
    if (!(error instanceof api.Failed)) throw error;
    say(error.message);
  }
}

export function save() {
  const name = h("input", { id: "save-name", maxlength: "80", required: true, value: current().q?.slice(0, 40) ?? "" });
  const told = h("p", { class: "error" });
  const form = h("form", { onsubmit: async (event) => {
    event.preventDefault();
    try {
      await api.post("/api/questions", { ...asBody(current(), ["k"]), name: name.value.trim() });
      find("dialog").close();
      sayBriefly("The question is saved: what comes in from now on is under Saved.");
    } catch (error) {
      told.textContent = error.message;
      if (error.code === "not_kept") await saveHere(name.value.trim(), told);
    }
  } }, h("label", { for: "save-name" }, "Name "), name, h("button", { type: "submit" }, "Save"), told);
  dialog("Save this question", form);
  name.focus();
}

async function saveHere(name, told) {
  try {
    await local.keep(name, current());
    find("dialog").close();
    sayBriefly("The question is saved in this browser alone: the server can keep none.");
  } catch (error) {
    told.textContent += ` Nor in this browser: ${error.message}`;
  }
}

export const cite = (hit) => withLink(hit, (link) => copy(quoted(hit, link), "The citation"));

export const link = (hit) => withLink(hit, (link) => copy(link, "The link"));

async function withLink(hit, use) {
  try {
    await use(await permalink(hit));
  } catch (error) {
    if (!api.isAborted(error)) sayBriefly(error.message);
  }
}
