// Saved questions where the server can keep none: in this browser alone. What is new is what its first 100 answers had not.

import { get, isAborted } from "./api.js";
import { address, asked, plain, read } from "./state.js";

const KEY = "semsearch.saved", MOST = 100, MOST_SEEN = 500;

const keyOf = (hit) => `${hit.doc_id} ${hit.start}`;
const store = (list) => localStorage.setItem(KEY, JSON.stringify(list.slice(-MOST)));

export function all() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((each) => typeof each?.name === "string" && typeof each.address === "string" && Array.isArray(each.seen)) : [];
  } catch {
    return [];
  }
}

async function hitsOf(each) {
  const query = asked(read(each.address.slice(1)).state);
  query.set("k", "100");
  return (await get(`saved ${each.name}`, "/api/search", query, { seen: true })).found.hits;
}

export async function keep(name, state) {
  const each = { name, query: state.q, address: address(plain(state)) };
  const seen = (await hitsOf(each)).map(keyOf);
  store([...all().filter((other) => other.name !== name), { ...each, seen }]);
}

// What is new, or why that cannot be said.
export async function news(each) {
  const seen = new Set(each.seen);
  try {
    return { ...each, hits: (await hitsOf(each)).filter((hit) => !seen.has(keyOf(hit))) };
  } catch (error) {
    if (isAborted(error)) throw error;
    return { ...each, hits: [], error: error.message };
  }
}

export function looked(each, hits) {
  store(all().map((other) => other.name === each.name ? { ...other, seen: [...hits.map(keyOf), ...other.seen].slice(0, MOST_SEEN) } : other));
}

export const forget = (name) => store(all().filter((other) => other.name !== name));
