// Workers: started from a copy of their script behind our own first lines; what cannot be started so is told as a gap.
function nextWorker() { let best = null; for (const worker of root.workers) if (worker.next !== null && worker.next !== undefined && (!best || worker.next < best.next)) best = worker; return best; }
function wrapWorker(Native) {
  return function Worker(url, options) {
    const address = absolute(url);
    if (root.workers.length > 20) return { postMessage() {}, terminate() {}, addEventListener() {}, removeEventListener() {} };
    tell("call", { api: "Worker", detail: address.slice(0, 300), stack: stack() });
    const settings = { sealed, base: /^(blob|data):/.test(address) ? document.baseURI : address, now: root.clock ? root.clock.now : 0, success: root.success, answers: sealed ? root.answers : {} };
    let text = null;
    try { const get = new native.XMLHttpRequest(); nativeOpen.call(get, "GET", address, false); nativeSend.call(get); if (get.status === 200 || get.status === 0) text = get.responseText; } catch { text = null; }
    const head = `self.__appscanWorker = ${native.stringify(settings)};\n${SETTINGS.worker}\n`;
    const module_ = options && options.type === "module";
    if (text === null || (module_ && sealed && /^\s*import\b/m.test(text))) { tell("gap", { reason: "worker_not_read", place: address.slice(0, 300) }); }
    const own = URL.createObjectURL(new Blob([head + (text === null ? "" : text)], { type: "text/javascript" }));
    const worker = new Native(own, options);
    const seat = { worker, next: null, arrived: null, advance: (target) => new native.Promise((done) => {
      const limit = native.setTimeout(() => { seat.next = null; seat.arrived = null; tell("gap", { reason: "worker_stopped", place: address.slice(0, 300) }); done(); }, 2000);
      seat.arrived = () => { native.clearTimeout(limit); seat.arrived = null; done(); };
      worker.postMessage({ appscan: true, advance: target });
    }) };
    root.workers.push(seat);
    root.waits = (root.waits || 0) + 1;
    native.addEventListener.call(worker, "message", (event) => {
      const told = event.data;
      if (!told || told.appscan !== true) return;
      event.stopImmediatePropagation();
      if (told.next !== undefined) seat.next = told.next;
      if (told.reached !== undefined && seat.arrived) seat.arrived();
      if (told.missed) tell("gap", { reason: "worker_not_read", place: String(told.missed).slice(0, 300) });
      if (told.request) {
        const asked = told.request;
        const row = noteRequest(asked.kind, asked.method, asked.url, asked.body);
        row.worker = true; row.stack = [address.slice(0, 200)];
        if (sealed || asked.kind === "beacon" || asked.kind === "socket" || asked.kind === "eventsource") { row.own = true; row.status = 200; return; }
        busy(native.fetch(asked.url, { method: asked.method, body: asked.method === "GET" || asked.method === "HEAD" ? undefined : asked.body, credentials: "same-origin" }).then(async (response) => { worker.postMessage({ appscan: true, reply: { id: asked.id, status: response.status, type: response.headers.get("content-type"), text: (await response.text()).slice(0, 2000000) } }); })
          .catch(() => worker.postMessage({ appscan: true, reply: { id: asked.id, status: 503, type: "text/plain", text: "" } })));
      }
    });
    const end = worker.terminate;
    worker.terminate = function () { seat.next = null; return end.call(worker); };
    return worker;
  };
}
if (window.Worker) { const wrapped = wrapWorker(native.Worker); wrapped.prototype = native.Worker.prototype; define(window, "Worker", wrapped); }
if (window.SharedWorker) define(window, "SharedWorker", function SharedWorker(url) { tell("gap", { reason: "worker_not_read", place: absolute(url).slice(0, 300) }); const channel = new native.MessageChannel(); this.port = channel.port1; });
if (navigator.serviceWorker) {  // service workers would answer behind our back
  const refuse = () => { call("serviceWorker.register", ""); return native.Promise.reject(new DOMException("Not allowed", "SecurityError")); };
  try { define(Object.getPrototypeOf(navigator.serviceWorker), "register", refuse); } catch { /* fixed */ }
}
