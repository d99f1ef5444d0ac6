// Acting on controls, and waiting until the page has come to rest.
appscan.clickable = new WeakSet();
appscan.hovers = new WeakSet();
appscan.contexts = new WeakSet();
function heard(target, kind) {
  if (target instanceof Element) {
    if (/^(click|tap|touchend|touchstart|pointerup|mousedown|mouseup)$/.test(kind)) root.clickable.add(target);
    else if (/^(mouseenter|mouseover|pointerenter|pointerover)$/.test(kind)) root.hovers.add(target);
    else if (kind === "contextmenu" || kind === "dblclick") root.contexts.add(target);
  }
  const whole = target === document || target === window || target === doc.documentElement || target === doc.body;
  if (whole && /^(click|tap|touchend)$/.test(kind)) root.wholeListens = true;
}
appscan.shadows = new WeakMap();
appscan.allShadows = new Set();
replace(EventTarget.prototype, "addEventListener", (original) => function (kind, listener, options) {
  if (listener) heard(this, kind);
  if (/^(visibilitychange|pagehide|beforeunload|unload|freeze|blur|focus|online|devicemotion|deviceorientation)$/.test(kind) && (this === window || this === document)) call("addEventListener:" + kind, "");
  if (this === window && /^(pagehide|beforeunload|unload)$/.test(kind)) appscan.leaves = true;
  return original.call(this, kind, listener, options);
});
replace(Element.prototype, "attachShadow", (original) => function (options) {
  const shadow = original.call(this, { ...options, mode: "open" });
  (root.shadows || appscan.shadows).set(this, shadow);
  if ((root.allShadows || appscan.allShadows).size < 5000) (root.allShadows || appscan.allShadows).add(new WeakRef(shadow));
  return shadow;
});
new MutationObserver((changes) => { root.mutations += changes.length; }).observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
// What slides or fades in is brought to its end: until then it is not there to be seen or pressed.
function endMotions() {
  let ended = 0;
  for (const motion of doc.getAnimations ? doc.getAnimations().slice(0, 200) : []) {
    const end = motion.effect ? motion.effect.getComputedTiming().endTime : Infinity;
    if (motion.playState !== "running" || !(end < 3000)) continue;
    try { motion.finish(); ended++; } catch { /* without an end */ }
  }
  return ended;
}
// A page draws what it has just decided in one of the next frames; endless chains of frames are not waited for.
if (!SETTINGS.sealed) {
  let depth = 0;
  replace(window, "requestAnimationFrame", (original) => function (fn) {
    const chained = depth + 1, counted = chained <= 3 && root.drawing < 50;
    if (counted) { root.short++; root.drawing++; }
    const end = () => { if (counted) { root.short--; root.drawing--; } };
    const id = original.call(window, (now) => { end(); ends.delete(id); depth = chained; try { fn(now); } finally { depth = 0; } });
    ends.set(id, end);
    return id;
  });
  const ends = new Map();
  replace(window, "cancelAnimationFrame", (original) => function (id) { const end = ends.get(id); if (end) { end(); ends.delete(id); } original.call(window, id); });
}
appscan.linger = async (atMost) => {
  const waiting = [...root.plans].map((made) => made.due - native.Date.now()).filter((left) => left <= atMost);
  if (!waiting.length) return { waited: false, ...appscan.glance(), rows: appscan.take() };
  await new native.Promise((done) => native.setTimeout(done, Math.max(0, ...waiting) + 30));
  await appscan.settle(500);
  return { waited: true, ...appscan.glance(), rows: appscan.take() };
};
// Another document is on its way: what is here now is no answer to a press any more. Told in the page, because the
// protocol tells it later on a slow machine.
if (window === window.top && window.navigation && !sealed) native.addEventListener.call(window.navigation, "navigate", (event) => {
  if (event.hashChange || event.downloadRequest !== null || event.destination.sameDocument || !/^https?:/.test(event.destination.url)) return;
  appscan.leaving = true;
  later(() => { if (event.defaultPrevented) appscan.leaving = false; });  // a router goes there itself
});
// A page that never rests is looked at after `atMost`; on a slow machine after so many turns. An answer is awaited longer,
// since what it brings is what a person would wait for: not what the page asks again and again, nor one that stays open.
const TURNS = 60, ANSWER_MOST = 6000, SLOW = 5;
function awaiting(before) {
  const now = native.Date.now();
  for (const since of root.waiting.values()) if (since < before && now - since < ANSWER_MOST) return true;
  return false;
}
// What the page asked for before this comes back is known outside: requests are told there in their order. It never
// reaches a server. Without it a page that waits for code, a style or a frame passes for one at rest on a slow machine;
// asked only where such a thing may be under way (`importing`: the site's code has `import()`, which nothing here sees).
const TOLD_MOST = 1000;
let parts = 0;
function mayFetch() {
  const before = parts, frames = doc.getElementsByTagName("iframe").length;
  parts = doc.getElementsByTagName("script").length + doc.getElementsByTagName("link").length;
  return Boolean(SETTINGS.echo) && !hub && !alone && /^https?:$/.test(location.protocol) && (appscan.importing || frames > 0 || parts !== before);
}
async function toldOutside() {
  if (!mayFetch()) return;
  const answer = native.fetch(SETTINGS.echo, { cache: "no-store" }).then(() => {}, () => {});
  await native.Promise.race([answer, new native.Promise((done) => native.setTimeout(done, TOLD_MOST))]);
}
appscan.settle = async (atMost, atLeast) => {
  const begin = native.now(), called = native.Date.now();
  let quiet = 0, seen = -1, told = false;
  for (let turn = 0, spent = 0; spent < atMost || (turn < TURNS && spent < SLOW * atMost) || awaiting(called + 300); turn++, spent = native.now() - begin) {
    await hop(); await hop();
    if (appscan.leaving) return false;
    const busy = awaiting(Infinity) || root.short > 0 || doc.readyState === "loading";
    if (!busy && root.mutations === seen) quiet++; else quiet = 0;
    seen = root.mutations;
    if (quiet >= 3 && native.now() - begin >= (atLeast || 0)) {
      quiet = 0;
      if (!endMotions()) { if (told) return true; told = true; quiet = 2; await toldOutside(); }
    }
    if (busy || quiet) await new native.Promise((done) => native.setTimeout(done, busy ? 8 : 1));
  }
  return false;
};
appscan.find = (key) => {
  const list = controlsNow(MAX_CONTROLS);
  appscan.last = list;
  return list.find((control) => control.key === key) || list.find((control) => folded(control.key) === folded(key)) || null;
};
// A key without its figures: a badge that counts (待办 248) is the same control with another number.
function folded(key) {
  const name = key.indexOf("|"), order = key.lastIndexOf("|");
  return name < 0 ? key : key.slice(0, name + 1) + fold(key.slice(name + 1, order)) + key.slice(order);
}
function topAt(element, x, y) {
  let over = of.ownerDocument(element).elementFromPoint(x, y);
  while (over && over.shadowRoot && over !== element) { const inner = over.shadowRoot.elementFromPoint(x, y); if (!inner || inner === over) break; over = inner; }
  return over;
}
function covers(over, element) {
  if (!over || over === element || of.contains(element, over) || of.contains(over, element) || of.closest(over, "label")) return false;
  const host = of.getRootNode(element).host;
  return !host || (over !== host && !host.contains(over));
}
appscan.press = (control) => {
  const element = control.element;
  if (element.disabled || of.getAttribute(element, "aria-disabled") === "true") return "disabled";
  let over = null, x = 0, y = 0;
  for (const block of ["nearest", "center"]) {  // what the window's edge shows may lie under a bar that stays there
    try { element.scrollIntoView({ block, behavior: "instant" }); } catch { /* not rendered */ }
    const box = of.getBoundingClientRect(element);
    x = box.left + box.width / 2;
    y = box.top + box.height / 2;
    over = topAt(element, x, y);
    if (!covers(over, element)) break;
  }
  const view = of.ownerDocument(element).defaultView;
  if (covers(over, element)) return "covered";
  if (of.tagName(element) === "SELECT") {
    if (element.options.length < 2) return "done";
    element.selectedIndex = (element.selectedIndex + 1) % element.options.length;
    for (const kind of ["input", "change"]) element.dispatchEvent(new view.Event(kind, { bubbles: true }));
    return "done";
  }
  const target = over && of.contains(element, over) ? over : element;
  const common = { bubbles: true, cancelable: true, composed: true, view, clientX: x, clientY: y, button: 0, detail: 1 };
  const fire = (make) => { try { target.dispatchEvent(make()); } catch { /* the page's own fault */ } };
  const hovering = { ...common, bubbles: true };
  fire(() => new view.PointerEvent("pointerover", { ...hovering, pointerType: "mouse" }));
  fire(() => new view.MouseEvent("mouseover", hovering));
  for (let entered = target, depth = 0; entered && depth < 6; entered = of.parentElement(entered), depth++) {
    if (root.hovers.has(entered)) { try { entered.dispatchEvent(new view.PointerEvent("pointerenter", { ...hovering, bubbles: false })); entered.dispatchEvent(new view.MouseEvent("mouseenter", { ...hovering, bubbles: false })); } catch { /* the page's own fault */ } }
  }
  if (root.contexts.has(element) && !root.clickable.has(element)) {  // nothing listens to a plain press
    fire(() => new view.MouseEvent("contextmenu", { ...common, button: 2 }));
    fire(() => new view.MouseEvent("dblclick", { ...common, detail: 2 }));
    return "done";
  }
  fire(() => new view.PointerEvent("pointerdown", { ...common, pointerType: "touch", isPrimary: true }));
  if (view.Touch && view.TouchEvent) {
    const touch = new view.Touch({ identifier: 1, target, clientX: x, clientY: y });
    fire(() => new view.TouchEvent("touchstart", { ...common, touches: [touch], targetTouches: [touch], changedTouches: [touch] }));
    fire(() => new view.TouchEvent("touchend", { ...common, touches: [], targetTouches: [], changedTouches: [touch] }));
  }
  fire(() => new view.MouseEvent("mousedown", common));
  fire(() => new view.PointerEvent("pointerup", { ...common, pointerType: "touch", isPrimary: true }));
  fire(() => new view.MouseEvent("mouseup", common));
  if (typeof target.click === "function") target.click(); else fire(() => new view.MouseEvent("click", common));
  return "done";
};
// Press the control with this key, wait for rest, and tell what there is to see now.
appscan.step = async (key, atMost, expected) => {
  if (expected && expected !== appscan.document) return { outcome: "elsewhere", ...appscan.glance(), rows: appscan.take() };
  const control = appscan.find(key);
  if (!control) return { outcome: "gone", ...appscan.glance(), rows: appscan.take() };
  root.label = control.text.slice(0, 120);
  root.trigger = "click";
  const outcome = appscan.press(control);
  await appscan.settle(atMost);
  const seen = appscan.glance();
  root.label = "";
  return { outcome, ...seen, rows: appscan.take() };
};
appscan.rest = async (atMost, atLeast) => { await appscan.settle(atMost, atLeast); return { ...appscan.glance(), rows: appscan.take() }; };
appscan.late = async (atMost) => {
  for (const begin = native.now(); appscan.pending().length && native.now() - begin < atMost;) await new native.Promise((done) => native.setTimeout(done, 50));
  await appscan.settle(500, 40);
  return { ...appscan.glance(), rows: appscan.take() };
};
appscan.hash = async (url, atMost) => { location.href = url; await hop(); await hop(); await appscan.settle(atMost); return { ...appscan.glance(), rows: appscan.take() }; };
appscan.scroll = async (atMost) => {
  const boxes = [doc.scrollingElement, ...doc.querySelectorAll("*")].filter((box) => box && box.scrollHeight > box.clientHeight + 200 && box.clientHeight > 200).slice(0, 5);
  const heights = () => [doc.documentElement, ...boxes].map((box) => box.scrollHeight), before = heights();
  for (const box of boxes) { box.scrollTop = box.scrollHeight; box.dispatchEvent(new Event("scroll", { bubbles: true })); }
  window.dispatchEvent(new Event("scroll"));
  await appscan.settle(atMost, 30);
  const more = heights().some((height, index) => height > before[index]);
  if (!more) window.scrollTo(0, 0);
  return { more, ...appscan.glance(), rows: appscan.take() };
};
// Links that leave: recorded, never followed.
native.addEventListener.call(window, "click", (event) => {
  const link = event.composedPath().find((node) => node.tagName === "A" && node.getAttribute && node.getAttribute("href"));
  if (!link) return;
  const url = absolute(link.getAttribute("href"));
  const own = SETTINGS.hosts.includes(safeHost(url));
  const web = /^https?:/.test(url);
  let kind = null;
  if (link.hasAttribute("download")) kind = "download";
  else if (web && !own) kind = "link";
  else if (!web && !/^(javascript|blob|data|about):/.test(url)) kind = "scheme";
  else if (web && link.target && !["_self", "_top", "_parent"].includes(link.target)) kind = "popup";
  if (kind) { event.preventDefault(); tell("outside", { kind, url: url.slice(0, 2000), blocked: true }); }
}, true);
function safeHost(url) { try { return new URL(url).host; } catch { return ""; } }
define(window, "open", function (url) {
  const opened = (to) => { tell("outside", { kind: "popup", url: absolute(to || "about:blank").slice(0, 2000), blocked: true }); };
  opened(url);
  const location = { get href() { return ""; }, set href(to) { opened(to); }, replace: opened, assign: opened };
  return { closed: false, close() { this.closed = true; }, focus() {}, blur() {}, postMessage() {}, get location() { return location; }, set location(to) { opened(to); }, document: { write() {}, close() {}, body: {} }, opener: window };
});
define(window, "print", () => { call("print", ""); });
let asked = 0;
function message(kind, text, reply) {
  if (++asked > 50) throw new Error("too many dialogs");  // ends loops of alerts
  tell("message", { kind, text: String(text === undefined ? "" : text).slice(0, 2000) });
  return reply;
}
define(window, "alert", (text) => message("alert", text, undefined));
define(window, "confirm", (text) => message("confirm", text, root.confirm));
define(window, "prompt", (text, value) => message("prompt", text, root.confirm ? value || "" : null));
