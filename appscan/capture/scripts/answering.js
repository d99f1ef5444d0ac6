// What a page and its Workers share where what they ask is noted and answered here: texts of bodies, long polls, answers.
const MAX_BODY = 65536;
function bodyText(body) {
  if (body === null || body === undefined) return "";
  if (typeof body === "string") return body.slice(0, MAX_BODY);
  if (body instanceof URLSearchParams) return body.toString().slice(0, MAX_BODY);
  if (typeof FormData !== "undefined" && body instanceof FormData) {
    const parts = [];
    for (const [name, value] of body) parts.push(encodeURIComponent(name) + "=" + (typeof value === "string" ? encodeURIComponent(value) : `[file:${value.type}:${value.size}]`));
    return parts.join("&").slice(0, MAX_BODY);
  }
  if (typeof Document !== "undefined" && body instanceof Document) return "[document]";
  try { if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return new TextDecoder().decode(body instanceof ArrayBuffer ? body.slice(0, MAX_BODY) : new Uint8Array(body.buffer, body.byteOffset, Math.min(body.byteLength, MAX_BODY))); } catch { /* binary */ }
  return "";
}
// In the sealed copy an answer comes at once. What is asked for again and again in the same moment is a long poll: the
// server would hold it, so its answer comes after half a virtual minute, and a loop without a timer ends.
const AT_ONCE = 20, ALL_AT_ONCE = 400, HELD = 30000;
const newAsks = () => ({ at: -1, all: 0, counts: {}, held: {} });
const pollOf = (method, url) => method + " " + url.replace(/[?#].*$/, "").replace(/\d+/g, "0");
function isHeld(asks, poll, now) {  // `held` tells when a poll was answered last: asked again right then, it is held again
  if (asks.at !== now) { asks.at = now; asks.all = 0; asks.counts = {}; }
  const count = asks.counts[poll] = (asks.counts[poll] || 0) + 1;
  return asks.held[poll] === now || count > AT_ONCE || ++asks.all > ALL_AT_ONCE;
}
// A Response whose body is there at once: reading a real one takes turns of the event loop that the virtual clock would skip.
function replyOf(answer, url) {
  const response = new Response([204, 205, 304].includes(answer.status) ? null : answer.text, { status: answer.status || 200, headers: { "content-type": answer.type || "application/json" } });
  const soon = (make) => function () { return new native.Promise((done, failed) => { try { done(make()); } catch (error) { failed(error); } }); };
  const own = { url, json: soon(() => native.parse(answer.text)), text: soon(() => answer.text), blob: soon(() => new Blob([answer.text], { type: answer.type || "" })), arrayBuffer: soon(() => new TextEncoder().encode(answer.text).buffer), clone: () => replyOf(answer, url) };
  for (const [name, value] of Object.entries(own)) try { Object.defineProperty(response, name, { value, configurable: true }); } catch { /* fixed */ }
  return response;
}
