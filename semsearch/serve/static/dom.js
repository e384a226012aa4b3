// The one way to make a node: text stays text, whatever stands in it.

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const find = (id) => document.getElementById(id);

export const fill = (node, ...children) => node.replaceChildren(...children.flat().filter(Boolean));

// A link only to what a browser may follow from here.
export const isAddress = (url) => /^https?:\/\//i.test(url ?? "");
