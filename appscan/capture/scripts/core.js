// What the other parts share: the untouched functions of the browser, the buffer of what was seen, short stacks.
const native = {
  setTimeout: window.setTimeout.bind(window), clearTimeout: window.clearTimeout.bind(window),
  setInterval: window.setInterval.bind(window), clearInterval: window.clearInterval.bind(window),
  fetch: window.fetch.bind(window), XMLHttpRequest: window.XMLHttpRequest, WebSocket: window.WebSocket,
  EventSource: window.EventSource, Worker: window.Worker, SharedWorker: window.SharedWorker, Date: window.Date,
  now: performance.now.bind(performance), addEventListener: EventTarget.prototype.addEventListener,
  removeEventListener: EventTarget.prototype.removeEventListener, MessageChannel: window.MessageChannel,
  stringify: JSON.stringify, parse: JSON.parse, Promise: window.Promise, open: window.open,
  setAttribute: Element.prototype.setAttribute, Response: window.Response,
};
// Fields of a form hide what the form is called by (<input name=children>): asked by the prototypes, as they were first.
const of = {};
for (const [view, names] of [
  [Node, "parentElement textContent childNodes ownerDocument nodeType contains getRootNode"],
  [Element, "children tagName className attributes childElementCount previousElementSibling nextElementSibling firstElementChild shadowRoot"],
  [Element, "matches closest getAttribute hasAttribute querySelector querySelectorAll getBoundingClientRect checkVisibility"],
  [HTMLElement, "innerText title"], [HTMLFormElement, "method noValidate checkValidity"],
]) for (const name of names.split(" ")) {
  const { get, value } = Object.getOwnPropertyDescriptor(view.prototype, name) || {}, apply = Reflect.apply, native = get || value;
  if (view === Node || view === Element) of[name] = (node, ...parts) => apply(native, node, parts);
  else of[name] = (node, ...parts) => { try { return apply(native, node, parts); } catch { return undefined; } };  // not of this kind
}
// The same for the document, whose properties hide behind named elements (<img name=body>).
const doc = {};
for (const name of ["documentElement", "body", "title", "readyState", "scrollingElement", "elementFromPoint", "querySelectorAll", "getElementsByTagName", "getAnimations", "baseURI"]) {
  const view = [Document.prototype, Node.prototype].find((prototype) => Object.getOwnPropertyDescriptor(prototype, name));
  const { get, value } = (view && Object.getOwnPropertyDescriptor(view, name)) || {}, apply = Reflect.apply;
  if (get) Object.defineProperty(doc, name, { get: () => apply(get, document, []) });
  else if (value) doc[name] = (...parts) => apply(value, document, parts);
}
let hub = null;
try { hub = window.top !== window && window.top.__appscan ? window.top.__appscan : null; } catch { /* another origin */ }
const nativeOpen = window.XMLHttpRequest.prototype.open, nativeSend = window.XMLHttpRequest.prototype.send;
const MAX_ROWS = 4000, MAX_PER_KIND = 1500;
const appscan = {
  rows: [], told: {}, waiting: new Map(), answered: new Set(), queries: new Map(), short: 0, drawing: 0, mutations: 0, label: "", trigger: "load", unloading: false,
  answers: SETTINGS.answers || {}, pushed: SETTINGS.pushed || {}, left: new Set(SETTINGS.left || []), successes: SETTINGS.successes || {}, asks: newAsks(), streams: 0, shared: {}, success: SETTINGS.success || { code: 200, success: true, msg: "ok", data: {} },
  deny: {}, confirm: true, listeners: new WeakMap(), roots: [], clock: null, workers: [], series: {}, gone: false,
  leaving: false, document: Math.random().toString(36).slice(2) + "." + performance.timeOrigin,
};
Object.defineProperty(window, "__appscan", { value: appscan, enumerable: false, configurable: false, writable: false });
const root = hub || appscan;
try { const denied = window.name.match(/^appscan-deny-(\w+)$/); if (denied && !hub) appscan.deny[denied[1]] = true; } catch { /* no name */ }
const sealed = Boolean(SETTINGS.sealed);

// An address by which a request is known again: `?act=b` is another one than `?act=c`, a stamp of time is none.
const STAMPS = /^(_|t|ts|r|rnd|random|timestamp|nonce|sign|token|v)$/i, MAX_QUERIES = 20;
function keyOf(url) {
  const [path, query] = url.replace(/#.*$/s, "").split("?", 2);
  const place = path.slice(0, 300), parts = (query || "").slice(0, 400).split("&").filter((part) => part && !STAMPS.test(part.split("=")[0]));
  const asked = parts.map((part) => part.replace(/\d{6,}/g, "0")).join("&").slice(0, 80);
  const queries = root.queries.get(place) || new Set();
  if (root.queries.size < 2000) root.queries.set(place, queries);
  if (!asked || (queries.size >= MAX_QUERIES && !queries.has(asked))) return place;
  queries.add(asked);
  return place + "?" + asked;
}
// A request whose answer the page waits for; gives what to call when the answer is there.
function awaited(method, url) {
  const request = { key: String(method || "GET").toUpperCase() + " " + keyOf(absolute(url)), view: window };
  root.waiting.set(request, native.Date.now());
  return () => { root.waiting.delete(request); root.answered.add(request.key); };
}
// What has been asked for the first time and is not there yet: what the page asks again and again is no news.
appscan.pending = () => {
  const found = new Set();
  for (const request of root.waiting.keys()) if (!root.answered.has(request.key) && found.size < 20) found.add(request.key);
  return [...found];
};
function define(target, name, value) {
  try { Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: true }); }
  catch { try { target[name] = value; } catch { /* fixed by the browser */ } }
}
function replace(target, name, make) {
  const original = target && target[name];
  if (typeof original !== "function") return;
  const wrapped = make(original);
  try { Object.defineProperty(wrapped, "name", { value: name }); wrapped.toString = () => `function ${name}() { [native code] }`; }
  catch { /* only cosmetic */ }
  define(target, name, wrapped);
}
function stack() {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 12;
  const text = String(new Error().stack || "");
  Error.stackTraceLimit = limit;
  return text.split("\n").slice(1).map((row) => row.trim().replace(/^at /, ""))
    .filter((row) => row && !row.includes("appscan-instrument") && !row.includes("<anonymous>:1:"))
    .map((row) => row.replace(/^(.*) \((.*)\)$/, "$1 $2").slice(0, 300)).slice(0, 5);
}
// One row per thing seen; bounded per kind and document, so that a hostile page cannot fill the memory.
function tell(what, row) {
  const kind = what + ":" + (row.api || row.kind || "");
  row.what = what;
  row.time = native.Date.now();
  row.virtual = root.clock ? Math.round(root.clock.now - root.clock.midnight) : null;
  row.trigger = departing() ? "leave" : root.trigger;
  row.label = root.label;
  if (sealed && what === "request" && root.day && !inSeries(row)) return row;
  const count = root.told[kind] = (root.told[kind] || 0) + 1;
  if (what === "call" && count > (sealed && root.day ? 6 : MAX_PER_KIND)) return row;  // the same function once more
  if (count > MAX_PER_KIND || root.rows.length >= MAX_ROWS) { root.dropped = true; return row; }
  root.rows.push(row);
  if (departing()) later(root.flush);  // there may be no other moment to tell it
  return row;
}
// During the virtual day every request counts, but only the first few of an endpoint are kept whole.
function inSeries(row) {
  const key = `${row.kind} ${row.method} ${row.url.replace(/[?#].*$/, "")}`;
  let series = root.series[key];
  if (!series) {
    if (Object.keys(root.series).length > 300) return false;
    series = root.series[key] = { kind: row.kind, method: row.method, url: row.url, times: [], kept: {}, count: 0 };
  }
  series.count++;
  if (series.times.length < 60000) series.times.push(row.virtual);
  const when = row.trigger + (row.virtual >= 86400000 ? "+" : "");
  series.kept[when] = (series.kept[when] || 0) + 1;
  return series.kept[when] <= 3;
}
function call(api, detail) {
  let text = "";
  try { text = typeof detail === "string" ? detail : native.stringify(detail) || ""; } catch { text = ""; }
  return tell("call", { api, detail: text.slice(0, 600), stack: stack() });
}
appscan.take = () => {
  const rows = root.rows;
  root.rows = [];
  if (root.dropped) { rows.push({ what: "gap", reason: "observations_left_out", place: location.pathname.slice(0, 300) }); root.dropped = false; }
  return rows;
};
// A frame that may not look at its parents (sandboxed, data:, another origin) tells what it saw by itself.
const alone = !hub && window.top !== window;
appscan.alone = alone;
appscan.inner = () => { try { return window.parent !== window.top && Boolean(window.parent.__appscan); } catch { return false; } };  // seen by the frame around it
function flush() {
  if (typeof window.__appscanTell !== "function" || hub || !(root.rows.length || root.day)) return;
  const whole = sealed && !alone;
  try { window.__appscanTell(native.stringify(whole ? { rows: appscan.take(), series: Object.values(root.series), now: root.clock.now - root.clock.midnight } : sealed ? { rows: appscan.take() } : appscan.take())); } catch { /* the page is going */ }
}
appscan.flush = flush;
if (alone) native.setInterval(flush, 100);
if (alone && sealed) tell("gap", { reason: "frame_not_lived", place: location.href.slice(0, 300) });
// A frame that leaves, leaves alone: the page around it goes on, and waits for nothing that the frame has asked for.
function departing() { return appscan.unloading || root.unloading; }
native.addEventListener.call(window, "pagehide", (event) => {
  if (!event.isTrusted) return;
  appscan.unloading = true;
  if (hub) for (const request of [...root.waiting.keys()]) if (request.view === window) root.waiting.delete(request);
  flush();
}, true);
native.addEventListener.call(window, "beforeunload", (event) => { if (!event.isTrusted) return; appscan.unloading = true; native.setTimeout(() => { appscan.unloading = false; }, 50); }, true);
native.addEventListener.call(window, "unload", (event) => { if (event.isTrusted) flush(); }, true);
// One turn of the event loop, without the browser's minimum of 4 ms; one channel for all, since making one is dear.
const turns = [], channel = new native.MessageChannel(), post = MessagePort.prototype.postMessage.bind(channel.port2);
channel.port1.onmessage = () => { const turn = turns.shift(); if (turn) turn(); };
function hop() { return new native.Promise((done) => { turns.push(done); post(0); }); }
function later(run) { native.Promise.resolve().then(run); }
function absolute(url) { try { return new URL(String(url), doc.baseURI).href; } catch { return String(url); } }
