// XMLHttpRequest: watched where it is the browser's, a stand-in where the page is sealed, watched where a page put its own.
class ExchangeStandIn extends EventTarget {
  constructor() {
    super();
    this.readyState = 0; this.status = 0; this.statusText = ""; this.responseText = ""; this.response = ""; this.responseType = ""; this.responseURL = ""; this.responseXML = null;
    this.timeout = 0; this.withCredentials = false; this.upload = new EventTarget();
    for (const name of ["readystatechange", "loadstart", "progress", "load", "loadend", "error", "abort", "timeout"]) this["on" + name] = null;
  }
  #fire(kind) { const event = new ProgressEvent(kind, { lengthComputable: true, loaded: 1, total: 1 }); const own = this["on" + kind]; if (typeof own === "function") { try { own.call(this, event); } catch { /* the page's own fault */ } } this.dispatchEvent(event); }
  open(method, url, wait) { this.method_ = method; this.url_ = url; this.wait_ = wait !== false; this.readyState = 1; this.#fire("readystatechange"); }
  setRequestHeader() {}
  overrideMimeType() {}
  getResponseHeader(name) { return this.readyState > 1 && /^content-type$/i.test(name) ? this.type_ : null; }
  getAllResponseHeaders() { return this.readyState > 1 ? `content-type: ${this.type_}\r\n` : ""; }
  abort() { this.readyState = 0; }
  send(body) {
    const row = noteRequest("xhr", this.method_, this.url_, body);
    const answer = answerFor(row.method, row.url);
    row.own = true; row.status = answer.status;
    this.type_ = answer.type || "application/json";
    const finish = () => {
      if (this.readyState === 0) return;
      this.status = answer.status || 200; this.statusText = "OK"; this.responseURL = row.url;
      this.responseText = answer.text;
      if (this.responseType === "json") { try { this.response = native.parse(answer.text); } catch { this.response = null; } }
      else if (this.responseType === "blob") this.response = new Blob([answer.text]);
      else if (this.responseType === "arraybuffer") this.response = new TextEncoder().encode(answer.text).buffer;
      else this.response = answer.text;
      for (const state of [2, 3, 4]) { this.readyState = state; this.#fire("readystatechange"); }
      this.#fire("load"); this.#fire("loadend");
    };
    this.#fire("loadstart");
    if (this.wait_) whenAnswered(row.method, row.url, finish); else finish();
  }
}
Object.assign(ExchangeStandIn, { UNSENT: 0, OPENED: 1, HEADERS_RECEIVED: 2, LOADING: 3, DONE: 4 });
Object.assign(ExchangeStandIn.prototype, { UNSENT: 0, OPENED: 1, HEADERS_RECEIVED: 2, LOADING: 3, DONE: 4 });

function watchExchange(Inner, real) {
  const opened = new WeakMap();
  const prototype = Inner.prototype;
  if (real) {
    replace(prototype, "open", (original) => function (method, url, ...rest) { opened.set(this, [method, url]); return original.call(this, method, url, ...rest); });
    replace(prototype, "send", (original) => function (body) {
      const [method, url] = opened.get(this) || ["GET", ""];
      noteRequest("xhr", method, url, body);
      const done = awaited(method, url);
      native.addEventListener.call(this, "loadend", done);
      try { return original.call(this, body); } catch (error) { done(); throw error; }
    });
    return Inner;
  }
  return new Proxy(Inner, { construct(target, parts, made) {
    const exchange = Reflect.construct(target, parts, made);
    const open = exchange.open, send = exchange.send;
    if (typeof open !== "function" || typeof send !== "function") return exchange;
    exchange.open = function (method, url, ...rest) { opened.set(exchange, [method, url]); return open.call(exchange, method, url, ...rest); };
    exchange.send = function (body) {
      const [method, url] = opened.get(exchange) || ["GET", ""];
      const before = requestNumber;
      const result = send.call(exchange, body);
      if (requestNumber === before) {  // answered by the page's own stand-in, not handed on to the browser
        const row = noteRequest("xhr", method, url, body);
        row.mock = true;
        const told = () => { try { if (exchange.readyState === 4) noteAnswer(row, exchange.status, typeof exchange.responseText === "string" ? exchange.responseText : native.stringify(exchange.response)); } catch { /* not text */ } };
        try { exchange.addEventListener("loadend", told); exchange.addEventListener("load", told); } catch { /* no events */ }
      }
      return result;
    };
    return exchange;
  } });
}
let currentExchange = sealed ? ExchangeStandIn : watchExchange(window.XMLHttpRequest, true);
const ownExchange = currentExchange;
try {
  Object.defineProperty(window, "XMLHttpRequest", { configurable: true, enumerable: true, get: () => currentExchange,
    set: (value) => { currentExchange = value === ownExchange || typeof value !== "function" ? value : watchExchange(value, false); } });
} catch { define(window, "XMLHttpRequest", currentExchange); }
