// Workers: started from a copy of their script behind our own first lines; what cannot be started so is told as a gap.
const MAX_WORKERS = 20, WORKER_TIME = 2000, RUN_AHEAD = 60000;
function nextWorker() { let best = null; for (const worker of root.workers) if (worker.next !== null && worker.next !== undefined && (!best || worker.next < best.next)) best = worker; return best; }
const blobOf = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
const missed = (url) => tell("gap", { reason: "worker_not_read", place: String(url).slice(0, 300) });
function scriptOf(address) {
  try { const get = new native.XMLHttpRequest(); nativeOpen.call(get, "GET", address, false); nativeSend.call(get); return get.status === 200 || get.status === 0 ? get.responseText : null; } catch { return null; }
}
// A module is made of two: ours runs before its imports do, and their addresses no longer hang on where it came from.
function moduleOf(head, text, base) {
  const whole = (mark, given) => /^\.{0,2}\//.test(given) ? mark.replace(given, () => new URL(given, base).href) : mark;
  const body = text.replace(/\b(?:import|from)\s*\(?\s*["']([^"'\n]{1,1000})["']/g, whole);
  return `import ${native.stringify(blobOf(head))};\nimport ${native.stringify(blobOf(body))};`;
}
function startWorker(Native, address, options, shared) {
  const module_ = Boolean(options && options.type === "module");
  const base = /^(blob|data):/.test(address) ? document.baseURI : address;
  const settings = { sealed, shared, module: module_, base, now: root.clock ? root.clock.now : 0, success: root.success, answers: sealed ? root.answers : {} };
  const text = scriptOf(address);
  if (text === null) missed(address);
  const head = `self.__appscanWorker = ${native.stringify(settings)};\n${SETTINGS.worker}\n`;
  const worker = new Native(blobOf(module_ ? moduleOf(head, text || "", base) : head + (text || "")), options);
  const seat = { worker, address, next: null, arrived: null, streams: new Map() };
  seat.advance = (target) => new native.Promise((done) => {
    const limit = native.setTimeout(() => { seat.next = null; seat.arrived = null; tell("gap", { reason: "worker_stopped", place: address.slice(0, 300) }); done(); }, WORKER_TIME);
    seat.arrived = () => { native.clearTimeout(limit); seat.arrived = null; done(); };
    worker.postMessage({ appscan: true, advance: target });
  });
  root.workers.push(seat);
  root.waits = (root.waits || 0) + 1;
  native.addEventListener.call(worker, "message", (event) => {
    if (!event.data || event.data.appscan !== true) return;
    event.stopImmediatePropagation();
    fromWorker(seat, event.data);
  });
  const end = worker.terminate;
  worker.terminate = function () { seat.next = null; for (const stream of seat.streams.values()) stream.close(); return end.call(worker); };
  return worker;
}
function fromWorker(seat, told) {
  if (told.next !== undefined) seat.next = told.next;
  if (told.at !== undefined) keepUp(told.at);
  if (told.reached !== undefined && seat.arrived) seat.arrived();
  if (told.missed) missed(told.missed);
  if (told.held && !root.held) { root.held = true; tell("gap", { reason: "poll_held", place: String(told.held).slice(0, 300) }); }
  if (told.stream) openFor(seat, told.stream);
  if (told.shut && seat.streams.has(told.shut)) seat.streams.get(told.shut).close();
  if (told.request) askFor(seat, told.request);
}
function keepUp(at) { if (root.clock && sealed) root.clock.now = Math.max(root.clock.now, Math.min(at, root.clock.now + RUN_AHEAD)); }
function openFor(seat, asked) {
  if (seat.streams.size >= 20) return;
  const stream = new (asked.kind === "socket" ? SocketStandIn : StreamStandIn)(asked.url);
  seat.streams.set(asked.id, stream);
  for (const type of ["open", "message", "close"]) native.addEventListener.call(stream, type, (event) => seat.worker.postMessage({ appscan: true, stream: { id: asked.id, type, data: typeof event.data === "string" ? event.data : "" } }));
}
function askFor(seat, asked) {
  keepUp(asked.at);
  const row = noteRequest(asked.kind, asked.method, asked.url, asked.body);
  row.worker = true; row.stack = [seat.address.slice(0, 200)];
  if (sealed || asked.kind === "beacon" || asked.kind === "socket") { row.own = true; row.status = 200; return; }
  const reply = (status, type, text) => seat.worker.postMessage({ appscan: true, reply: { id: asked.id, status, type, text } });
  const body = asked.method === "GET" || asked.method === "HEAD" ? undefined : asked.body;
  busy(native.fetch(asked.url, { method: asked.method, body, credentials: "same-origin" }).then(async (response) => reply(response.status, response.headers.get("content-type"), (await response.text()).slice(0, 2000000))).catch(() => reply(503, "text/plain", "")));
}
const inert = () => { const quiet = new EventTarget(); quiet.postMessage = quiet.terminate = () => {}; return quiet; };
function wrapWorker(Native) {
  return function Worker(url, options) {
    const address = absolute(url);
    if (root.workers.length >= MAX_WORKERS) { missed(address); return inert(); }
    call("Worker", address.slice(0, 300));
    return startWorker(Native, address, options, false);
  };
}
if (window.Worker) {
  const wrapped = wrapWorker(native.Worker);
  wrapped.prototype = native.Worker.prototype;
  define(window, "Worker", wrapped);
  // One of its kind per address and name: lives in this page only, so that its clock and its requests are ours.
  define(window, "SharedWorker", function SharedWorker(url, options) {
    const address = absolute(url), named = typeof options === "string" ? { name: options } : options || {}, key = address + " " + (named.name || "");
    const channel = new native.MessageChannel();
    this.port = channel.port1;
    if (!root.shared[key]) {
      if (root.workers.length >= MAX_WORKERS) { missed(address); return; }
      call("SharedWorker", address.slice(0, 300));
      root.shared[key] = startWorker(native.Worker, address, named, true);
    }
    root.shared[key].postMessage({ appscan: true, connect: true }, [channel.port2]);
  });
}
try {
  if (navigator.serviceWorker) {  // service workers would answer behind our back
    const refuse = () => { call("serviceWorker.register", ""); return native.Promise.reject(new DOMException("Not allowed", "SecurityError")); };
    define(Object.getPrototypeOf(navigator.serviceWorker), "register", refuse);
  }
} catch { /* a sandboxed frame has none */ }
