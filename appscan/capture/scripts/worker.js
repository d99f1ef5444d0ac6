// Runs first in every Worker: its requests go through the page (or are answered here when sealed), its clock is the page's.
(() => {
  const settings = self.__appscanWorker, sealed = settings.sealed, base = settings.base;
  const native = { setTimeout: self.setTimeout.bind(self), post: self.postMessage.bind(self), Date: self.Date, fetch: self.fetch };
  const full = (url) => { try { return new URL(String(url), base).href; } catch { return String(url); } };
  let number = 0, now = settings.now || 0;
  const waiting = new Map();
  const ask = (message) => native.post({ appscan: true, ...message });
  const text = (body) => typeof body === "string" ? body.slice(0, 65536) : body instanceof URLSearchParams ? body.toString() : body && body.constructor === FormData ? [...body].map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(typeof value === "string" ? value : "[file]")}`).join("&") : "";
  const answer = (method, url) => {
    let path = url, short = url;
    try { const parts = new URL(url); path = parts.pathname; short = parts.pathname + parts.search; } catch { /* as it is */ }
    return settings.answers[method + " " + short] || settings.answers[method + " " + path] || { status: 200, text: JSON.stringify(settings.success), type: "application/json" };
  };
  const through = (kind, method, url, body) => {
    const id = ++number;
    ask({ request: { id, kind, method: String(method || "GET").toUpperCase(), url: full(url), body: text(body), at: now } });
    if (sealed || kind === "beacon") return Promise.resolve(answer(method, full(url)));
    return new Promise((done) => waiting.set(id, done));
  };
  self.addEventListener("message", (event) => {
    if (!event.data || event.data.appscan !== true) return;
    event.stopImmediatePropagation();
    if (event.data.reply) { const done = waiting.get(event.data.reply.id); waiting.delete(event.data.reply.id); if (done) done(event.data.reply); }
    if (event.data.advance !== undefined) advance(event.data.advance);
  });
  const replyOf = (reply) => {
    const response = new Response([204, 205, 304].includes(reply.status) ? null : reply.text, { status: reply.status || 200, headers: { "content-type": reply.type || "application/json" } });
    const own = { json: async () => JSON.parse(reply.text), text: async () => reply.text, clone: () => replyOf(reply) };
    for (const [name, value] of Object.entries(own)) try { Object.defineProperty(response, name, { value, configurable: true }); } catch { /* fixed */ }
    return response;
  };
  self.fetch = (input, options) => {
    const asked = input instanceof Request ? input.url : input, method = (options && options.method) || (input instanceof Request ? input.method : "GET");
    if (/^(data|blob):/.test(asked)) return native.fetch.call(self, input, options);
    return through("fetch", method, asked, options && options.body).then(replyOf);
  };
  if (self.navigator && self.navigator.sendBeacon) try { Object.defineProperty(Object.getPrototypeOf(self.navigator), "sendBeacon", { value: (url, body) => { through("beacon", "POST", url, body); return true; } }); } catch { /* fixed */ }
  self.XMLHttpRequest = class extends EventTarget {
    constructor() { super(); this.readyState = 0; this.status = 0; this.responseText = ""; this.response = ""; this.responseType = ""; this.upload = new EventTarget(); }
    fire(kind) { const event = new Event(kind); const own = this["on" + kind]; if (typeof own === "function") own.call(this, event); this.dispatchEvent(event); }
    open(method, url) { this.asked = [method, url]; this.readyState = 1; this.fire("readystatechange"); }
    setRequestHeader() {}
    overrideMimeType() {}
    getResponseHeader() { return "application/json"; }
    getAllResponseHeaders() { return "content-type: application/json\r\n"; }
    abort() {}
    send(body) {
      through("xhr", this.asked[0], this.asked[1], body).then((reply) => {
        this.status = reply.status || 200; this.responseText = reply.text; this.response = reply.text;
        if (this.responseType === "json") { try { this.response = JSON.parse(reply.text); } catch { this.response = null; } }
        this.readyState = 4; this.fire("readystatechange"); this.fire("load"); this.fire("loadend");
      });
    }
  };
  self.WebSocket = class extends EventTarget {
    constructor(url) { super(); this.url = full(url).replace(/^http/, "ws"); this.readyState = 0; ask({ request: { id: ++number, kind: "socket", method: "GET", url: this.url, body: "", at: now } }); Promise.resolve().then(() => { this.readyState = 1; const event = new Event("open"); if (this.onopen) this.onopen(event); this.dispatchEvent(event); }); }
    send(body) { ask({ request: { id: ++number, kind: "socket", method: "SEND", url: this.url, body: text(body), at: now } }); }
    close() { this.readyState = 3; }
  };
  Object.assign(self.WebSocket, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });
  self.EventSource = class extends EventTarget { constructor(url) { super(); ask({ request: { id: ++number, kind: "eventsource", method: "GET", url: full(url), body: "", at: now } }); } close() {} };
  delete self.WebTransport;
  try { delete self.Worker; } catch { /* nested workers are not run */ }
  const load = self.importScripts;
  if (load) self.importScripts = (...urls) => { if (sealed) { for (const url of urls) ask({ missed: full(url) }); return undefined; } return load.apply(self, urls.map(full)); };
  if (!sealed) return;
  const timers = new Map();
  let last = 0;
  const set = (fn, delay, args, repeat) => { const wait = Math.max(1, Number(delay) || 0), id = ++last; if (timers.size < 2000) { timers.set(id, { id, at: now + wait, wait, fn, args, repeat }); if (!advancing) ask({ next: earliest() }); } return id; };
  const earliest = () => { let best = Infinity; for (const timer of timers.values()) best = Math.min(best, timer.at); return best === Infinity ? null : best; };
  let advancing = false;
  const turn = () => new Promise((done) => { const channel = new MessageChannel(); channel.port1.onmessage = () => { channel.port1.close(); done(); }; channel.port2.postMessage(0); });
  async function advance(target) {
    advancing = true;
    for (let fired = 0; fired < 1000; fired++) {
      let best = null;
      for (const timer of timers.values()) if (timer.at <= target && (!best || timer.at < best.at)) best = timer;
      if (!best) break;
      now = best.at;
      if (best.repeat) best.at = now + best.wait; else timers.delete(best.id);
      try { best.fn(...best.args); } catch { /* the page's own fault */ }
      await turn();
    }
    now = Math.max(now, target);
    advancing = false;
    ask({ next: earliest(), reached: target });
  }
  self.setTimeout = (fn, delay, ...args) => set(fn, delay, args, false);
  self.setInterval = (fn, delay, ...args) => set(fn, delay, args, true);
  self.clearTimeout = self.clearInterval = (id) => { timers.delete(id); };
  const NativeDate = native.Date;
  const VirtualDate = function Date(...parts) { return new.target ? Reflect.construct(NativeDate, parts.length ? parts : [now]) : new NativeDate(now).toString(); };
  VirtualDate.prototype = NativeDate.prototype;
  Object.setPrototypeOf(VirtualDate, NativeDate);
  VirtualDate.now = () => Math.round(now);
  self.Date = VirtualDate;
  self.performance.now = () => now - settings.now;
  ask({ ready: true, next: null });
})();
