// Requests: a new one of a kind ends the one before.

export class Failed extends Error {
  constructor({ code, message, field, hint }) {
    super(message);
    Object.assign(this, { code, field, hint });
  }
}

const OFFLINE = { code: "offline", message: "semsearch is not running" };
const running = new Map();
export let latest = "";  // state of the index in the last reply

export async function get(kind, path, query, { seen = false } = {}) {
  running.get(kind)?.abort();
  const controller = new AbortController();
  running.set(kind, controller);
  const text = query?.toString();
  const reply = await send(text ? `${path}?${text}` : path, { signal: controller.signal });
  if (!seen) latest = reply.headers.get("X-Semsearch-State") ?? latest;
  return { found: await reply.json(), state: reply.headers.get("X-Semsearch-State") };
}

// End what is still running: its reply would be shown where nobody asks for it any more.
export function abortAll() {
  for (const kind of ["search", "timeline", "view", "brushes"]) running.get(kind)?.abort();
}

export async function post(path, body) {
  const reply = await send(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  return reply;
}

async function send(address, options) {
  let reply;
  try {
    reply = await fetch(address, options);
  } catch (error) {
    throw error.name === "AbortError" ? error : new Failed(OFFLINE);
  }
  if (reply.ok) return reply;
  let told;
  try {
    told = (await reply.json()).error;
  } catch {
    told = null;
  }
  throw new Failed(told ?? { code: "internal", message: `the server replied ${reply.status}` });
}

export const isAborted = (error) => error.name === "AbortError";
