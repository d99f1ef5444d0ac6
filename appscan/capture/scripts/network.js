// What a page asks of a server, seen inside the page; in the sealed copy also answered there.
function bodyText(body) {
  if (body === null || body === undefined) return "";
  if (typeof body === "string") return body.slice(0, MAX_BODY);
  if (body instanceof URLSearchParams) return body.toString().slice(0, MAX_BODY);
  if (typeof FormData !== "undefined" && body instanceof FormData) {
    const parts = [];
    for (const [name, value] of body) parts.push(encodeURIComponent(name) + "=" + (typeof value === "string" ? encodeURIComponent(value) : `[file:${value.type}:${value.size}]`));
    return parts.join("&").slice(0, MAX_BODY);
  }
  if (body instanceof Document) return "[document]";
  try { if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return new TextDecoder().decode(body instanceof ArrayBuffer ? body.slice(0, MAX_BODY) : new Uint8Array(body.buffer, body.byteOffset, Math.min(body.byteLength, MAX_BODY))); } catch { /* binary */ }
  return "";
}
let requestNumber = 0;
const mark = Math.floor(native.now() * 1000) + "." + Math.floor(native.Date.now() % 1e9);
function noteRequest(kind, method, url, body) {
  root.askedCount = (root.askedCount || 0) + 1;
  const row = tell("request", { kind, id: mark + "." + ++requestNumber, method: String(method || "GET").toUpperCase(), url: absolute(url).slice(0, 4000), body: bodyText(body), stack: stack(), status: null, response: null });
  if (typeof Blob !== "undefined" && body instanceof Blob) body.slice(0, MAX_BODY).text().then((text) => { row.body = text; }).catch(() => {});
  return row;
}
function noteAnswer(row, status, text) { row.status = status; row.response = String(text || "").slice(0, MAX_BODY); }
// An answer of the living site if there was one for this address, else a plausible success.
function answerFor(method, url) {
  let path = url;
  try { const parts = new URL(url, location.href); path = parts.pathname; url = parts.pathname + parts.search; } catch { /* as it is */ }
  const known = root.answers[method + " " + url] || root.answers[method + " " + path];
  return known ? { status: known.status, text: known.text, type: known.type } : { status: 200, text: native.stringify(root.success), type: "application/json" };
}
// A Response whose body is there at once: reading a real one takes turns of the event loop that the virtual clock would skip.
function replyOf(answer, url) {
  const response = new Response([204, 205, 304].includes(answer.status) ? null : answer.text, { status: answer.status || 200, headers: { "content-type": answer.type || "application/json" } });
  const soon = (make) => function () { return new native.Promise((done, failed) => { try { done(make()); } catch (error) { failed(error); } }); };
  const own = { url, json: soon(() => native.parse(answer.text)), text: soon(() => answer.text), blob: soon(() => new Blob([answer.text], { type: answer.type || "" })), arrayBuffer: soon(() => new TextEncoder().encode(answer.text).buffer), clone: () => replyOf(answer, url) };
  for (const [name, value] of Object.entries(own)) try { Object.defineProperty(response, name, { value, configurable: true }); } catch { /* fixed */ }
  return response;
}
function busy(promise) { root.pending++; const done = () => { root.pending--; }; promise.then(done, done); return promise; }
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
    if (real && (sealed || ((keep || root.unloading) && !mayWrite))) {
      const answer = answerFor(row.method, row.url);
      row.status = answer.status; row.own = true;
      return native.Promise.resolve().then(() => replyOf(answer, row.url));
    }
    const sent = inner.call(this, input, options);
    if (sent && typeof sent.then === "function") {
      busy(sent);
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

class SocketStandIn extends EventTarget {
  constructor(url, protocols) {
    super();
    this.url = absolute(url).replace(/^http/, "ws"); this.readyState = 0; this.bufferedAmount = 0; this.extensions = ""; this.binaryType = "blob";
    this.protocol = Array.isArray(protocols) ? protocols[0] || "" : protocols || "";
    for (const name of ["open", "message", "close", "error"]) this["on" + name] = null;
    const row = noteRequest("socket", "GET", this.url, null);
    row.status = 101; row.own = true;
    later(() => { if (this.readyState === 0) { this.readyState = 1; this.#fire(new Event("open")); } });
  }
  #fire(event) { const own = this["on" + event.type]; if (typeof own === "function") { try { own.call(this, event); } catch { /* the page's own fault */ } } this.dispatchEvent(event); }
  send(body) { if (this.readyState === 0) throw new DOMException("Still connecting", "InvalidStateError"); const row = noteRequest("socket", "SEND", this.url, body); row.own = true; }
  close(code, reason) { if (this.readyState >= 2) return; this.readyState = 3; later(() => this.#fire(new CloseEvent("close", { code: code || 1000, reason: reason || "", wasClean: true }))); }
}
for (const [name, value] of [["CONNECTING", 0], ["OPEN", 1], ["CLOSING", 2], ["CLOSED", 3]]) { SocketStandIn[name] = value; SocketStandIn.prototype[name] = value; }
if (!mayWrite && window.WebSocket) define(window, "WebSocket", SocketStandIn);
if (window.WebTransport) { try { delete window.WebTransport; } catch { /* fixed */ } }

class StreamStandIn extends EventTarget {
  constructor(url) {
    super();
    this.url = absolute(url); this.readyState = 0; this.withCredentials = false; this.onopen = this.onmessage = this.onerror = null;
    const row = noteRequest("eventsource", "GET", this.url, null);
    row.status = 200; row.own = true;
    later(() => { this.readyState = 1; const event = new Event("open"); if (typeof this.onopen === "function") this.onopen(event); this.dispatchEvent(event); });
  }
  close() { this.readyState = 2; }
}
Object.assign(StreamStandIn, { CONNECTING: 0, OPEN: 1, CLOSED: 2 });
if (window.EventSource) define(window, "EventSource", StreamStandIn);  // a stream never ends: asked for, not opened

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
    if (!sealed) return set(value);
    row.own = true; row.status = 200;
    later(() => { let target = window; const parts = name.split("."); const last = parts.pop(); for (const part of parts) target = target && target[part];
      try { const text = answerFor("GET", url).text.replace(/^[\w$.[\]]+\(|\);?$/g, ""); if (target && typeof target[last] === "function") target[last](native.parse(text)); } catch { /* the page's own fault */ }
      element.dispatchEvent(new Event("load")); });
    return undefined;
  }
  if (element.tagName === "IMG" && /^https?:/.test(url) && (sealed || root.unloading)) {
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
function noteForm(form) { let body = null; try { body = new FormData(form); } catch { /* not a form any more */ } const row = noteRequest("form", form.method || "GET", form.getAttribute("action") || location.href, body); row.own = !mayWrite; return row; }
replace(HTMLFormElement.prototype, "submit", (original) => function () { noteForm(this); if (sealed) return undefined; this.target = ""; return original.call(this); });
native.addEventListener.call(window, "submit", (event) => { if (!event.defaultPrevented && event.target instanceof HTMLFormElement) { noteForm(event.target); if (sealed) event.preventDefault(); else event.target.target = ""; } });
