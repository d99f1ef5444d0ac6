// Abilities of the device that a page asks for: plausible answers, or a refusal where a trial wants one.
const PLACE = { latitude: 39.908722, longitude: 116.397499, accuracy: 30, altitude: null, altitudeAccuracy: null, heading: null, speed: null };
const refused = (name) => Boolean(root.deny[name]);
if (navigator.geolocation) {
  const position = () => ({ coords: { ...PLACE }, timestamp: Date.now() });
  const error = { code: 1, message: "User denied Geolocation", PERMISSION_DENIED: 1, POSITION_UNAVAILABLE: 2, TIMEOUT: 3 };
  const answer = (done, failed) => later(() => { if (refused("geolocation")) { if (typeof failed === "function") failed(error); } else if (typeof done === "function") done(position()); });
  const prototype = Object.getPrototypeOf(navigator.geolocation);
  define(prototype, "getCurrentPosition", (done, failed, options) => { call("geolocation.getCurrentPosition", options || ""); answer(done, failed); });
  define(prototype, "watchPosition", (done, failed, options) => {
    call("geolocation.watchPosition", options || "");
    answer(done, failed);
    if (typeof failed === "function") (root.watchers = root.watchers || []).push(failed);
    return window.setInterval(() => answer(done, failed), 60000);
  });
  define(prototype, "clearWatch", (id) => window.clearInterval(id));
}
const denied = () => native.Promise.reject(new DOMException("Permission denied", "NotAllowedError"));
if (navigator.mediaDevices) {
  const prototype = Object.getPrototypeOf(navigator.mediaDevices);
  const stream = (wanted) => {
    if (refused("camera")) return denied();
    const media = new MediaStream();
    try { if (wanted && wanted.video) { const canvas = document.createElement("canvas"); canvas.width = canvas.height = 64; canvas.getContext("2d").fillRect(0, 0, 64, 64); for (const track of canvas.captureStream(1).getTracks()) media.addTrack(track); } } catch { /* an empty stream will do */ }
    return native.Promise.resolve(media);
  };
  define(prototype, "getUserMedia", (wanted) => { call("mediaDevices.getUserMedia", wanted || ""); return stream(wanted); });
  define(prototype, "getDisplayMedia", (wanted) => { call("mediaDevices.getDisplayMedia", wanted || ""); return stream({ video: true }); });
}
if (window.MediaRecorder) replace(window.MediaRecorder.prototype, "start", (original) => function (...parts) { call("MediaRecorder.start", ""); return original.apply(this, parts); });
if (navigator.permissions) define(Object.getPrototypeOf(navigator.permissions), "query", (wanted) => { const name = (wanted && wanted.name) || ""; call("permissions.query", name); const status = new EventTarget(); status.state = refused(name) || (name === "camera" && refused("camera")) ? "denied" : "granted"; status.onchange = null; status.name = name; return native.Promise.resolve(status); });
if (window.Notification) { define(window.Notification, "requestPermission", (done) => { call("Notification.requestPermission", ""); const state = refused("notifications") ? "denied" : "granted"; if (typeof done === "function") later(() => done(state)); return native.Promise.resolve(state); }); }
if (navigator.wakeLock) define(Object.getPrototypeOf(navigator.wakeLock), "request", (kind) => { call("wakeLock.request", kind || "screen"); const lock = new EventTarget(); lock.released = false; lock.type = "screen"; lock.release = () => { lock.released = true; return native.Promise.resolve(); }; return native.Promise.resolve(lock); });
if (navigator.bluetooth) define(Object.getPrototypeOf(navigator.bluetooth), "requestDevice", () => { call("bluetooth.requestDevice", ""); return denied(); });
if (navigator.contacts) define(Object.getPrototypeOf(navigator.contacts), "select", () => { call("contacts.select", ""); return native.Promise.resolve([]); });
if (navigator.share) define(Navigator.prototype, "share", () => { call("navigator.share", ""); return native.Promise.resolve(); });
for (const name of ["showOpenFilePicker", "showSaveFilePicker", "showDirectoryPicker"]) if (window[name]) define(window, name, () => { call(name, ""); return native.Promise.reject(new DOMException("Aborted", "AbortError")); });
for (const name of ["PaymentRequest"]) if (window[name]) define(window, name, function () { call(name, ""); this.show = denied; this.canMakePayment = () => native.Promise.resolve(false); });
if (window.IdleDetector) { define(window.IdleDetector, "requestPermission", () => { call("IdleDetector.requestPermission", ""); return native.Promise.resolve("granted"); }); }
// Keys that are written, never values.
replace(Storage.prototype, "setItem", (original) => function (key, value) { call(this === window.sessionStorage ? "sessionStorage.setItem" : "localStorage.setItem", String(key).slice(0, 80)); return original.call(this, key, value); });
replace(HTMLInputElement.prototype, "click", (original) => function () {
  if (this.type === "file") { choose(this); return undefined; }
  return original.call(this);
});
native.addEventListener.call(window, "click", (event) => { const field = event.composedPath()[0]; if (field && field.tagName === "INPUT" && field.type === "file") { choose(field); event.preventDefault(); } }, true);
// Nobody is there to choose a file: the choice is noted, and a trial may supply a stand-in.
function choose(field) {
  call("file.choose", { accept: field.accept, capture: field.getAttribute("capture") });
  if (root.supply) later(() => fill(field, false));
}
for (const name of ["pushState", "replaceState"]) replace(History.prototype, name, (original) => function (state, title, url) { if (url) tell("route", { path: absolute(url).slice(0, 1000), found_by: "router" }); return original.call(this, state, title, url); });
