// Runs first in every Worker: its requests go through the page (or are answered here when sealed), its clock is the page's.
const settings = self.__appscanWorker, sealed = settings.sealed, base = settings.base;
const native = { post: self.postMessage.bind(self), Date: self.Date, fetch: self.fetch, Promise: self.Promise, MessageChannel: self.MessageChannel, parse: JSON.parse };
const full = (url) => { try { return new URL(String(url), base).href; } catch { return String(url); } };
let number = 0, now = settings.now || 0;
const waiting = new Map(), streams = new Map();
const ask = (message) => native.post({ appscan: true, ...message });
const answer = (method, url) => {
  let path = url, short = url;
  try { const parts = new URL(url); path = parts.pathname; short = parts.pathname + parts.search; } catch { /* as it is */ }
  return settings.answers[method + " " + short] || settings.answers[method + " " + path] || { status: 200, text: JSON.stringify(settings.success), type: "application/json" };
};
const asks = newAsks();
const whenAnswered = (poll, run) => {
  if (!isHeld(asks, poll, now)) { native.Promise.resolve().then(run); return; }
  ask({ held: poll });
  set(() => { asks.held[poll] = now; run(); }, HELD, [], false);
};
const through = (kind, method, url, body) => {
  const id = ++number, verb = String(method || "GET").toUpperCase(), address = full(url);
  ask({ request: { id, kind, method: verb, url: address, body: bodyText(body), at: now } });
  if (kind === "beacon") return native.Promise.resolve(null);
  if (sealed) return new native.Promise((done) => whenAnswered(pollOf(verb, address), () => done(answer(verb, address))));
  return new native.Promise((done) => waiting.set(id, done));
};
self.addEventListener("message", (event) => {
  const told = event.data;
  if (!told || told.appscan !== true) return;
  event.stopImmediatePropagation();
  if (told.reply) { const done = waiting.get(told.reply.id); waiting.delete(told.reply.id); if (done) done(told.reply); }
  if (told.stream) { const stream = streams.get(told.stream.id); if (stream) stream.told(told.stream); }
  if (told.connect) fire(self, new MessageEvent("connect", { data: "", ports: [...event.ports] }));
  if (told.advance !== undefined) advance(told.advance);
});
function fire(target, event) { const own = target["on" + event.type]; if (typeof own === "function") { try { own.call(target, event); } catch { /* the page's own fault */ } } target.dispatchEvent(event); }
self.fetch = async (input, options) => {
  const request = input instanceof Request ? input : null;
  const asked = request ? request.url : input, method = (options && options.method) || (request ? request.method : "GET");
  if (/^(data|blob):/.test(asked)) return native.fetch.call(self, input, options);
  const body = options && options.body ? options.body : request && method !== "GET" && method !== "HEAD" ? await request.clone().text() : null;
  return replyOf(await through("fetch", method, asked, body), full(asked));
};
if (self.navigator && self.navigator.sendBeacon) try { Object.defineProperty(Object.getPrototypeOf(self.navigator), "sendBeacon", { value: (url, body) => { through("beacon", "POST", url, body); return true; } }); } catch { /* fixed */ }
if (self.fetchLater) self.fetchLater = (url, options) => { through("beacon", (options && options.method) || "GET", url, options && options.body); return { activated: false }; };
self.XMLHttpRequest = class extends EventTarget {
  constructor() { super(); this.readyState = 0; this.status = 0; this.responseText = ""; this.response = ""; this.responseType = ""; this.upload = new EventTarget(); }
  open(method, url) { this.asked = [method, url]; this.readyState = 1; fire(this, new Event("readystatechange")); }
  setRequestHeader() {}
  overrideMimeType() {}
  getResponseHeader() { return "application/json"; }
  getAllResponseHeaders() { return "content-type: application/json\r\n"; }
  abort() {}
  send(body) {
    through("xhr", this.asked[0], this.asked[1], body).then((reply) => {
      this.status = reply.status || 200; this.responseText = reply.text; this.response = reply.text;
      if (this.responseType === "json") { try { this.response = JSON.parse(reply.text); } catch { this.response = null; } }
      this.readyState = 4;
      for (const name of ["readystatechange", "load", "loadend"]) fire(this, new Event(name));
    });
  }
};
// Sockets and streams live in the page, which hears for the Worker and tells it what came.
class Stream extends EventTarget {
  constructor(kind, url) { super(); this.url = url; this.readyState = 0; this.id = ++number; streams.set(this.id, this); ask({ stream: { id: this.id, kind, url } }); }
  told(row) {
    if (row.type === "open") this.readyState = 1;
    if (row.type === "close") this.readyState = 3;
    fire(this, row.type === "message" ? new MessageEvent(row.name || "message", { data: row.data }) : new Event(row.type));
  }
  close() { this.readyState = 3; streams.delete(this.id); ask({ shut: this.id }); }
}
self.WebSocket = class WebSocket extends Stream {
  constructor(url) { super("socket", full(url).replace(/^http/, "ws")); }
  send(body) { ask({ request: { id: ++number, kind: "socket", method: "SEND", url: this.url, body: bodyText(body), at: now } }); }
};
Object.assign(self.WebSocket, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });
self.EventSource = class EventSource extends Stream { constructor(url) { super("eventsource", full(url)); } };
delete self.WebTransport;
if (self.Worker) self.Worker = class Worker extends EventTarget { constructor(url) { super(); ask({ missed: full(url) }); } postMessage() {} terminate() {} };
if (settings.shared) self.onconnect = null;
const load = self.importScripts;
if (load && !settings.module) self.importScripts = (...urls) => { try { return load.apply(self, urls.map(full)); } catch (error) { for (const url of urls) ask({ missed: full(url) }); if (!sealed) throw error; return undefined; } };
if (!sealed) return;
const timers = new Map();
let last = 0, advancing = false;
function set(fn, delay, args, repeat) { const wait = Math.max(1, Number(delay) || 0), id = ++last; if (timers.size < 2000) { timers.set(id, { id, at: now + wait, wait, fn, args, repeat }); if (!advancing) ask({ next: earliest() }); } return id; }
function earliest() { let best = Infinity; for (const timer of timers.values()) best = Math.min(best, timer.at); return best === Infinity ? null : best; }
const turn = () => new native.Promise((done) => { const channel = new native.MessageChannel(); channel.port1.onmessage = () => { channel.port1.close(); done(); }; channel.port2.postMessage(0); });
async function advance(target) {
  advancing = true;
  for (let fired = 0; fired < 1000; fired++) {
    let best = null;
    for (const timer of timers.values()) if (timer.at <= target && (!best || timer.at < best.at || (timer.at === best.at && timer.id < best.id))) best = timer;
    if (!best) break;
    now = Math.max(now, best.at);
    if (best.repeat) best.at = now + best.wait; else timers.delete(best.id);
    try { if (typeof best.fn === "function") best.fn(...best.args); } catch { /* the page's own fault */ }
    await turn();
  }
  now = Math.max(now, target);
  advancing = false;
  ask({ next: earliest(), reached: target });
}
self.postMessage = (...parts) => { ask({ at: now }); return native.post(...parts); };
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
