// What the page shows is in its address: defaults are left out, the order is fixed, dates stand as they were typed.

const ONE = ["q", "since", "until", "on", "event", "as_of", "recency", "time", "mode", "k", "per_document", "expand", "guesses", "sort", "by",
  "view", "a", "b", "like", "only", "doc", "at", "mark", "sha"];
const MANY = ["source", "not_source", "where", "kind"];
const ORDER = ["q", "since", "until", "on", "source", "not_source", "where", "kind", ...ONE.slice(4)];
const USUAL = { time: "prefer", mode: "hybrid", k: "10", sort: "rank", expand: "false", guesses: "false", per_document: "1" };
const SEARCH = ["q", "since", "until", "on", "source", "not_source", "where", "kind", "event", "as_of", "recency", "time", "mode", "k", "per_document",
  "expand", "guesses"];

export function read(search = location.search) {
  const given = new URLSearchParams(search);
  const state = {};
  for (const name of MANY) state[name] = given.getAll(name).filter(Boolean);
  for (const name of ONE) if (given.get(name)) state[name] = given.get(name);
  const unknown = [...new Set(given.keys())].filter((name) => !ONE.includes(name) && !MANY.includes(name));
  return { state, unknown };
}

export function address(state) {
  const found = new URLSearchParams();
  for (const name of ORDER) {
    for (const value of MANY.includes(name) ? state[name] ?? [] : [state[name]]) {
      if (value && value !== USUAL[name]) found.append(name, value);
    }
  }
  const text = found.toString();
  return text ? `/?${text}` : "/";
}

// What is sent to /api/search; ``without`` leaves out what another request does not take.
export function asked(state, without = []) {
  const found = new URLSearchParams();
  for (const name of SEARCH.filter((each) => !without.includes(each))) {
    for (const value of MANY.includes(name) ? state[name] ?? [] : [state[name]]) {
      if (value && value !== USUAL[name]) found.append(name, value);
    }
  }
  return found;
}

// The same as the body of a request.
export function asBody(state, without = []) {
  const found = {};
  for (const [name, value] of asked(state, without)) {
    if (MANY.includes(name)) found[name] = [...found[name] ?? [], value];
    else found[name] = ["k", "per_document"].includes(name) ? Number(value) : ["expand", "guesses"].includes(name) ? value === "true" : value;
  }
  return found;
}

export const current = () => read().state;

// The state without what belongs to one view.
export function plain(state) {
  const { view, a, b, like, only, doc, at, mark, sha, ...rest } = state;
  return rest;
}
