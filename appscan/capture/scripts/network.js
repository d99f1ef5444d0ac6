// What a page asks of a server, seen inside the page; in the sealed copy also answered there.
let requestNumber = 0;
const mark = Math.floor(native.now() * 1000) + "." + Math.floor(native.Date.now() % 1e9);
function noteRequest(kind, method, url, body) {
  root.askedCount = (root.askedCount || 0) + 1;
  const row = tell("request", { kind, id: mark + "." + ++requestNumber, method: String(method || "GET").toUpperCase(), url: absolute(url).slice(0, 4000), body: bodyText(body), stack: stack(), status: null, response: null });
  if (typeof Blob !== "undefined" && body instanceof Blob) body.slice(0, MAX_BODY).text().then((text) => { row.body = text; }).catch(() => {});
  return row;
}
function noteAnswer(row, status, text) { row.status = status; row.response = String(text || "").slice(0, MAX_BODY); }
function whenAnswered(method, url, run) {
  if (!sealed || !root.clock) { later(run); return; }
  const poll = pollOf(method, url);
  if (!isHeld(root.asks, poll, root.clock.now)) { later(run); return; }
  if (!root.held) { root.held = true; tell("gap", { reason: "poll_held", place: url.slice(0, 300) }); }
  root.clock.set(() => { root.asks.held[poll] = root.clock.now; run(); }, HELD, [], false, window);
}
// An answer of the living site if there was one for this address, else a plausible success.
function answerFor(method, url) {
  let path = url;
  try { const parts = new URL(url, location.href); path = parts.pathname; url = parts.pathname + parts.search; } catch { /* as it is */ }
  const known = root.answers[method + " " + url] || root.answers[method + " " + path];
  if (sealed && !known && (root.left.has(method + " " + url) || root.left.has(method + " " + path))) tell("gap", { reason: "day_answer_left_out", place: path.slice(0, 300) });
  const success = root.successes[path.split("/").slice(0, 3).join("/")] || root.successes[path.split("/").slice(0, 2).join("/")] || root.success;
  return known ? { status: known.status, text: known.text, type: known.type } : { status: 200, text: native.stringify(success), type: "application/json" };
}
// An answer is there once its body is: read by a method of the answer, or otherwise (piece by piece, through another
// stream, some time later) once the browser tells that all of it came. A stream of events has no end to be awaited.
const replies = new WeakMap(), coming = new Set();
const bodyUsed = Object.getOwnPropertyDescriptor(Response.prototype, "bodyUsed").get;
function busy(promise, method, url, begun) {  // `begun`: when the browser was asked; what else answers is there at once
  const reply = { done: awaited(method, url), url: whole(url), begun, read: false, unread: false, ended: !resources || begun === undefined || url.length >= 4000 };
  if (!reply.ended) coming.add(reply);
  const end = () => { coming.delete(reply); reply.done(); };
  promise.then((response) => {
    if (!replies.has(response) && brings(response)) replies.set(response, reply);  // else one that was handed on
    else reply.ended = true;
    hop().then(() => { reply.unread = !reply.read; if (reply.unread && reply.ended) end(); });
  }, end);
}
function brings(response) {
  try { return response instanceof native.Response && Boolean(response.url && response.body) && !/^text\/event-stream/i.test(response.headers.get("content-type")); } catch { return false; }
}
function whole(url) { return absolute(url).replace(/#.*$/s, ""); }
function came(entry) {
  const reply = [...coming].filter((one) => one.url === whole(entry.name) && one.begun <= entry.startTime + 1).pop();
  if (!reply) return;
  reply.ended = true;
  coming.delete(reply);
  if (reply.unread) reply.done();
}
let resources = null;
try { resources = new PerformanceObserver((list) => list.getEntries().forEach(came)); resources.observe({ type: "resource" }); } catch { /* none here */ }
for (const name of ["text", "json", "blob", "arrayBuffer", "bytes", "formData"]) replace(Response.prototype, name, (original) => function () {
  const reply = Reflect.apply(bodyUsed, this, []) ? undefined : replies.get(this), body = original.call(this);
  if (reply) { reply.read = true; body.then(reply.done, reply.done); }
  return body;
});
replace(Response.prototype, "clone", (original) => function () {
  const copy = original.call(this), reply = replies.get(this);
  if (reply) replies.set(copy, reply);
  return copy;
});
const mayWrite = SETTINGS.writes === "allow" && !sealed;

function watchFetch(inner, real) {
  const wrapped = function fetch(input, options) {
    let method = "GET", url = "", body = null, keep = false;
    try {
      if (input instanceof Request) { method = input.method; url = input.url; keep = input.keepalive; } else url = String(input);
      if (options) { method = options.method || method; body = options.body === undefined ? null : options.body; keep = options.keepalive || keep; }
    } catch { /* the page's own fault */ }
    if (/^(data|blob):/.test(url)) return inner.call(this, input, options);
    const row = noteRequest("fetch", method, url, body);
    if (input instanceof Request && body === null && method !== "GET") { try { input.clone().text().then((text) => { row.body = text.slice(0, MAX_BODY); }).catch(() => {}); } catch { /* used up */ } }
    if (real && (sealed || ((keep || departing()) && !mayWrite))) {
      const answer = answerFor(row.method, row.url);
      row.status = answer.status; row.own = true;
      return new native.Promise((done) => whenAnswered(row.method, row.url, () => done(replyOf(answer, row.url))));
    }
    const begun = native.now(), sent = inner.call(this, input, options);
    if (sent && typeof sent.then === "function") {
      busy(sent, row.method, row.url, real ? begun : undefined);
      if (!real) sent.then((response) => { row.mock = true; row.status = response.status; return response.clone().text().then((text) => noteAnswer(row, response.status, text)); }).catch(() => {});
    }
    return sent;
  };
  wrapped.toString = () => "function fetch() { [native code] }";
  wrapped.appscanOwn = true;
  return wrapped;
}
let currentFetch = watchFetch(window.fetch, true);
try {  // libraries of mock answers put their own fetch here; theirs is watched too
  Object.defineProperty(window, "fetch", { configurable: true, enumerable: true, get: () => currentFetch,
    set: (value) => { currentFetch = typeof value === "function" && !value.appscanOwn ? watchFetch(value, false) : value; } });
} catch { define(window, "fetch", currentFetch); }

replace(Navigator.prototype, "sendBeacon", (original) => function (url, body) {
  const row = noteRequest("beacon", "POST", url, body);
  row.status = 204;
  if (mayWrite) return original.call(this, url, body);
  row.own = true;
  return true;
});

// What comes in without being asked for each time: the connection is opened where it only reads, its frames are heard, none is sent.
const MAX_STREAMS = 4, MAX_HEARD = 50, STREAM_TIME = 30000, OPEN_TIME = 3000;
function received(kind, url, text) { tell("heard", { kind, url, text: String(text).slice(0, 8192) }); }
class Stream extends EventTarget {
  #inner = null; #heard = 0;
  constructor(kind, url) {
    super();
    this.url = url; this.readyState = 0;
    const row = noteRequest(kind, "GET", url, null);
    row.status = kind === "socket" ? 101 : 200; row.own = true;
    const wait = sealed ? native.Promise.resolve(false) : mayOpen(kind, url);
    wait.then((may) => { if (this.readyState !== 0) return; if (may) { row.opened = true; this.#connect(kind, url); } else this.arrived(kind); });
  }
  fire(event) { const own = this["on" + event.type]; if (typeof own === "function") { try { own.call(this, event); } catch { /* the page's own fault */ } } this.dispatchEvent(event); }
  arrived(kind) {
    if (this.readyState !== 0) return;
    this.readyState = 1;
    this.fire(new Event("open"));
    if (sealed) for (const text of root.pushed[kind + " " + this.url] || []) later(() => { if (this.readyState === 1) this.fire(new MessageEvent("message", { data: text, origin: location.origin })); });
  }
  #connect(kind, url) {
    let inner;
    try { inner = kind === "socket" ? new native.WebSocket(url, this.wanted || []) : new native.EventSource(url, { withCredentials: this.withCredentials }); } catch { this.arrived(kind); return; }
    this.#inner = inner;
    const on = (name, run) => native.addEventListener.call(inner, name, run);
    native.setTimeout(() => this.arrived(kind), OPEN_TIME);
    native.setTimeout(() => this.part(), STREAM_TIME);
    on("open", () => this.arrived(kind));
    on("error", () => { this.part(); this.arrived(kind); });
    on("close", () => this.arrived(kind));
    const hear = (event) => {
      this.arrived(kind);
      if (this.#heard++ >= MAX_HEARD) { this.part(); return; }
      received(kind, this.url, typeof event.data === "string" ? event.data : "");
      if (this.readyState === 1) this.fire(new MessageEvent(event.type, { data: event.data, origin: event.origin, lastEventId: event.lastEventId }));
    };
    on("message", hear);
    if (kind === "eventsource") for (const name of this.named) on(name, hear);
  }
  part() { const inner = this.#inner; this.#inner = null; if (inner) try { inner.close(); } catch { /* closed */ } }
}
function mayOpen(kind, url) {
  if (root.streams >= MAX_STREAMS || typeof window.__appscanMayOpen !== "function") return native.Promise.resolve(false);
  root.streams++;
  return native.Promise.resolve(window.__appscanMayOpen(kind, url)).then(Boolean, () => false);
}
class SocketStandIn extends Stream {
  constructor(url, protocols) {
    super("socket", absolute(url).replace(/^http/, "ws"));
    this.bufferedAmount = 0; this.extensions = ""; this.binaryType = "blob"; this.wanted = protocols;
    this.protocol = Array.isArray(protocols) ? protocols[0] || "" : protocols || "";
    for (const name of ["open", "message", "close", "error"]) this["on" + name] = null;
  }
  send(body) { if (this.readyState === 0) throw new DOMException("Still connecting", "InvalidStateError"); const row = noteRequest("socket", "SEND", this.url, body); row.own = true; }
  close(code, reason) { this.part(); if (this.readyState >= 2) return; this.readyState = 3; later(() => this.fire(new CloseEvent("close", { code: code || 1000, reason: reason || "", wasClean: true }))); }
}
for (const [name, value] of [["CONNECTING", 0], ["OPEN", 1], ["CLOSING", 2], ["CLOSED", 3]]) { SocketStandIn[name] = value; SocketStandIn.prototype[name] = value; }
if (!mayWrite && window.WebSocket) define(window, "WebSocket", SocketStandIn);

class StreamStandIn extends Stream {
  constructor(url, options) {
    super("eventsource", absolute(url));
    this.withCredentials = Boolean(options && options.withCredentials); this.named = new Set();
    this.onopen = this.onmessage = this.onerror = null;
  }
  addEventListener(name, ...rest) { if (!/^(open|message|error)$/.test(name) && this.named) this.named.add(String(name)); return super.addEventListener(name, ...rest); }
  close() { this.part(); this.readyState = 2; }
}
Object.assign(StreamStandIn, { CONNECTING: 0, OPEN: 1, CLOSED: 2 });
if (window.EventSource) define(window, "EventSource", StreamStandIn);

// Scripts that carry a callback (JSONP) and pictures that carry a message.
const CALLBACK = /^_?(json)?p?_?(callback|cb|jsonp|jsoncallback|jsonpcallback)$/i;
function callbackOf(url) { try { for (const [name, value] of new URL(url).searchParams) if (CALLBACK.test(name) && /^[\w$.[\]]{1,100}$/.test(value)) return value; } catch { /* no address */ } return null; }
const GIF = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
function source(element, value, set) {
  const url = absolute(value);
  if (element.tagName === "SCRIPT") {
    const name = callbackOf(url);
    if (!name) return set(value);
    const row = noteRequest("jsonp", "GET", url, null);
    if (!sealed) {
      const done = awaited("GET", url);
      for (const kind of ["load", "error"]) native.addEventListener.call(element, kind, done);
      native.setTimeout(done, 20000);  // one that is never put into the page
      return set(value);
    }
    row.own = true; row.status = 200;
    whenAnswered("GET", url, () => { let target = window; const parts = name.split("."); const last = parts.pop(); for (const part of parts) target = target && target[part];
      try { const text = answerFor("GET", url).text.replace(/^[\w$.[\]]+\(|\);?$/g, ""); if (target && typeof target[last] === "function") target[last](native.parse(text)); } catch { /* the page's own fault */ }
      element.dispatchEvent(new Event("load")); });
    return undefined;
  }
  if (element.tagName === "IMG" && /^https?:/.test(url) && (sealed || departing())) {
    if (/[?&]/.test(url) || !/\.(png|jpe?g|gif|svg|webp|ico|bmp)$/i.test(url)) { const row = noteRequest("image", "GET", url, null); row.own = true; row.status = 200; }
    return set(GIF);
  }
  return set(value);
}
for (const view of [window.HTMLScriptElement, window.HTMLImageElement]) {
  const original = Object.getOwnPropertyDescriptor(view.prototype, "src");
  Object.defineProperty(view.prototype, "src", { ...original, set(value) { return source(this, value, (given) => original.set.call(this, given)); } });
}
replace(Element.prototype, "setAttribute", (original) => function (name, value) {
  if (String(name).toLowerCase() === "src" && (this.tagName === "SCRIPT" || this.tagName === "IMG")) return source(this, value, (given) => original.call(this, name, given));
  return original.call(this, name, value);
});
// Forms sent by the browser itself.
function noteForm(form, button) {
  let body = null, url = absolute(of.getAttribute(form, "action") || location.href);
  try { body = button ? new FormData(form, button) : new FormData(form); } catch { /* not a form any more */ }
  const method = String((button && of.getAttribute(button, "formmethod")) || of.method(form) || "GET").toUpperCase();
  if (button && of.getAttribute(button, "formaction")) url = absolute(of.getAttribute(button, "formaction"));
  if (method === "GET" && body) {  // its fields are its query, as the network sees it
    const rows = [...body].map(([name, value]) => [name, typeof value === "string" ? value : value.name]);
    url = url.replace(/[?#].*$/s, "") + "?" + new URLSearchParams(rows);
    body = null;
  }
  const row = noteRequest("form", method, url, body);
  row.own = sealed;
  return row;
}
replace(HTMLFormElement.prototype, "submit", (original) => function () { noteForm(this); if (sealed) return undefined; this.target = ""; return original.call(this); });
native.addEventListener.call(window, "submit", (event) => { if (!event.defaultPrevented && event.target instanceof HTMLFormElement) { noteForm(event.target, event.submitter); if (sealed) event.preventDefault(); else event.target.target = ""; } });
