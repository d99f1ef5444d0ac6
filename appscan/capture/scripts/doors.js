// Other doors to a server, which no interception of requests watches: closed here, and told where a page knocks.
if (window.WebTransport) define(window, "WebTransport", class WebTransport {
  constructor(url) { const row = noteRequest("socket", "GET", url, null); row.own = true; this.ready = this.closed = native.Promise.reject(new DOMException("Refused", "NetworkError")); this.ready.catch(() => {}); }
  close() {}
});
if (window.fetchLater) define(window, "fetchLater", (input, options) => { const row = noteRequest("beacon", (options && options.method) || "GET", input instanceof Request ? input.url : input, options && options.body); row.own = true; return { activated: false }; });
const PEER = { createOffer: "offer", createAnswer: "answer" };
class PeerStandIn extends EventTarget {
  constructor(options) {
    super();
    call("RTCPeerConnection", ((options && options.iceServers) || []).map((server) => String((server && (server.urls || server.url)) || "").replace(/\?.*$/, "")));
    this.connectionState = this.iceConnectionState = this.iceGatheringState = "new"; this.signalingState = "stable"; this.localDescription = this.remoteDescription = null;
    for (const name of Object.keys(PEER)) this[name] = () => native.Promise.resolve({ type: PEER[name], sdp: "" });
    for (const name of ["setLocalDescription", "setRemoteDescription", "addIceCandidate"]) this[name] = () => native.Promise.resolve();
    for (const name of ["getSenders", "getReceivers", "getTransceivers"]) this[name] = () => [];
    for (const name of ["addTrack", "removeTrack", "addStream", "addTransceiver", "close", "restartIce"]) this[name] = () => ({});
    this.getStats = () => native.Promise.resolve(new Map());
  }
  createDataChannel(label) { const channel = new EventTarget(); channel.label = String(label); channel.readyState = "connecting"; channel.send = channel.close = () => {}; return channel; }
}
for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection"]) if (window[name]) define(window, name, PeerStandIn);
// Worklets load their modules where nobody can look: not run, told as a gap.
if (window.Worklet) define(window.Worklet.prototype, "addModule", (url) => { tell("gap", { reason: "worker_not_read", place: absolute(url).slice(0, 300) }); const row = noteRequest("script", "GET", url, null); row.own = true; return native.Promise.resolve(); });
if (window.CredentialsContainer) for (const name of ["get", "create"]) define(window.CredentialsContainer.prototype, name, () => { call("credentials." + name, ""); return native.Promise.reject(new DOMException("Not allowed", "NotAllowedError")); });
// Rules of speculation make the browser itself ask: taken out before they count (the observer runs before the parser goes on).
const speculates = (node) => node.tagName === "SCRIPT" && /^\s*speculationrules\s*$/i.test(node.getAttribute("type") || "");
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.type === "attributes" ? [change.target] : change.addedNodes) {
    if (node.nodeType !== 1) continue;
    for (const found of [node, ...(node.firstElementChild ? node.querySelectorAll("script") : [])]) if (speculates(found)) { call("speculationrules", ""); found.type = "text/plain"; found.remove(); }
  }
}).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["type"] });
native.addEventListener.call(window, "click", (event) => {
  const link = event.composedPath().find((node) => node.tagName === "A" && node.getAttribute && node.getAttribute("ping"));
  for (const url of link ? link.getAttribute("ping").trim().split(/\s+/).slice(0, 10) : []) { const row = noteRequest("beacon", "POST", url, "PING"); row.own = true; }
}, true);
