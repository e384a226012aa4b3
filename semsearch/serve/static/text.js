// Text by code points: offsets of the API count these, a script's strings count UTF-16 units.

export const points = (text) => [...text];

export const slice = (text, start, end) => points(text).slice(start, end).join("");

// The pieces of a text between marks: [{text, marked, bold}], for a span and some words in code points of the text.
export function pieces(text, mark, words) {
  const all = points(text);
  const cuts = new Set([0, all.length]);
  for (const [start, end] of [mark, ...words]) {
    cuts.add(clamp(start, all.length)).add(clamp(end, all.length));
  }
  const edges = [...cuts].sort((a, b) => a - b);
  const inside = (at, [start, end]) => start <= at && at < end;
  return edges.slice(0, -1).map((start, i) => ({
    text: all.slice(start, edges[i + 1]).join(""),
    marked: inside(start, mark),
    bold: words.some((word) => inside(start, word)),
  }));
}

const clamp = (at, length) => Math.max(0, Math.min(at, length));

// As it is shown: controls and marks of direction are written out, so that nothing turns a line around.
export const shown = (text) =>
  String(text ?? "").replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);

export const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
