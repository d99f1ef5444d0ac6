// What of a page frames it: menus, site-wide heads and feet, blocks of links. The words are SETTINGS.margin.
const MARGIN = SETTINGS.margin;
const BLOCK = new RegExp(`^\\s*(${MARGIN.blocks})\\s*[:：]?\\s*$`);
const listedIn = (table, name) => Object.prototype.hasOwnProperty.call(table, name) ? table[name] : null;

// The margin that an element begins by itself, "" for none.
function begunBy(tag, role, names, inContent, depth) {
  if (MARGIN.whole.includes(tag)) return "";
  let found = listedIn(MARGIN.roles, role) || listedIn(MARGIN.tags, tag);
  for (const name of names) found = found || listedIn(MARGIN.classes, name);
  if (depth <= MARGIN.outermost) for (const name of names) found = found || listedIn(MARGIN.outer, name);
  return !found || (inContent && (found === "header" || found === "footer")) ? "" : found;
}
function headsLinks(element) {
  const first = of.firstElementChild(element);
  if (!first || of.childElementCount(element) > 400 || of.childElementCount(first) > 2 || /^(BODY|HTML|MAIN)$/.test(of.tagName(element))) return false;
  const text = of.textContent(first).trim();
  return text.length <= 16 && BLOCK.test(text);
}
// What is known of an element: its margin, whether a head in it is its own, how deep it stands in the body.
function marginOf(element, known) {
  const above = [];
  for (let place = element; place && !known.has(place); above.push(place), place = parentOf(place));
  for (const place of above.reverse()) {
    const parent = parentOf(place), outer = known.get(parent) || { margin: "", content: false, depth: 0 };
    const tag = of.tagName(place).toLowerCase(), role = (of.getAttribute(place, "role") || "").toLowerCase();
    const names = String(of.getAttribute(place, "class") || "").toLowerCase().split(/\s+/).slice(0, 40);
    let margin = outer.margin === "links" ? "links" : begunBy(tag, role, names, outer.content, outer.depth);
    if (margin !== "links" && headsLinks(place)) margin = "links";
    if (margin !== "links" && outer.margin) margin = outer.margin;
    const content = outer.content || MARGIN.content.includes(tag) || /^(dialog|alertdialog|main)$/.test(role) || names.some((name) => MARGIN.content_classes.includes(name));
    known.set(place, { margin, content, depth: tag === "html" || tag === "body" ? 0 : outer.depth + 1 });
  }
  return known.get(element) || { margin: "" };
}
function parentOf(element) {
  const parent = of.parentElement(element);
  if (parent) return parent;
  const top = of.getRootNode(element);
  return (top && top.host) || null;
}
