// Timers. In a living page they are only watched; in the sealed copy the clock is ours and every firing is followed by
// one turn of the event loop, so that answers arrive before the next timer (seams.md, "Virtual day").
const timers = new Map();
let timerNumber = 1;
const places = new Map();
function noteTimer(kind, period, chained) {
  const trace = stack();
  const place = kind + period + (trace[0] || "");
  let row = places.get(place);
  if (!row) {
    if (places.size > 500) return { fired: 0 };
    row = { what: "timer", kind, period: Math.round(period), fired: 0, stack: trace, virtual: sealed, label: root.label };
    places.set(place, row);
  }
  if (chained) row.kind = "chained";
  return row;
}
appscan.timers = () => [...places.values()].map((row) => ({ ...row }));
let firing = null;
// What a page has planned to do once, in some seconds: told by where in the code it was planned. A timer that is set again
// by itself is none of that.
appscan.plans = new Set();
const SOON = 400, PLANNED = 3200, MAX_PLANS = 200;
const shorter = (row) => row.replace(/https?:\/\/\S*\/([^/\s?#]*)\S*?(?=:\d+:\d+$)/, (whole, file) => (/\.m?js$/.test(file) ? file : ""));
function plan(wait) {
  if (!(wait > SOON && wait <= PLANNED) || (firing && firing.wait === wait) || root.plans.size >= MAX_PLANS) return null;
  const made = { due: native.Date.now() + wait, place: (wait + " " + stack().slice(0, 3).map(shorter).join(" ")).slice(0, 300) };
  root.plans.add(made);
  return made;
}
appscan.planned = () => {
  for (const made of root.plans) if (made.due < native.Date.now() - PLANNED) root.plans.delete(made);  // its frame is gone
  return [...new Set([...root.plans].map((made) => made.place))].slice(0, 20);
};
function run(fn, args) { if (typeof fn === "function") fn.apply(window, args); else if (fn) { (0, eval)(String(fn)); } }

if (!sealed) {
  define(window, "setTimeout", function setTimeout(fn, delay, ...args) {
    const wait = Number(delay) || 0;
    const depth = firing && firing.depth < 50 ? firing.depth + 1 : 0;
    const row = wait >= 1000 ? noteTimer("timeout", wait, firing && firing.row && firing.row.kind !== "interval" && firing.row.period === Math.round(wait)) : null;
    const counted = wait <= SOON && depth < 3;  // what the page still wants to do in a moment
    if (counted) root.short++;
    let open = counted;
    const planned = plan(wait);
    const id = native.setTimeout(() => {
      if (open) { root.short--; open = false; }
      shorts.delete(id);
      root.plans.delete(planned);
      plans.delete(id);
      if (row) row.fired++;
      const before = firing;
      firing = { depth, row, wait };
      try { run(fn, args); } finally { firing = before; }
    }, wait);
    if (counted) shorts.set(id, () => { if (open) { root.short--; open = false; } });
    if (planned) plans.set(id, planned);
    return id;
  });
  const shorts = new Map(), plans = new Map();
  define(window, "clearTimeout", function clearTimeout(id) { const done = shorts.get(id); if (done) { done(); shorts.delete(id); } root.plans.delete(plans.get(id)); plans.delete(id); native.clearTimeout(id); });
  define(window, "setInterval", function setInterval(fn, delay, ...args) {
    const row = noteTimer("interval", Math.max(Number(delay) || 0, 1), false);
    return native.setInterval(() => { row.fired++; const before = firing; firing = { depth: 9, row }; try { run(fn, args); } finally { firing = before; } }, delay);
  });
} else if (!hub) {
  const start = SETTINGS.start, MAX_TIMERS = 5000;
  const clock = appscan.clock = { now: start, midnight: SETTINGS.midnight, fired: 0, cut: false, thinned: false };
  clock.set = (fn, delay, args, repeat, view) => {
    const wait = Math.max(1, Number(delay) || 0), id = timerNumber++;
    if (timers.size > MAX_TIMERS) { clock.thinned = true; return id; }
    const chained = !repeat && clock.current && clock.current.wait === wait && !clock.current.repeat;
    const label = root.label || (clock.current ? clock.current.label : "");  // what was pressed to set this going
    timers.set(id, { id, at: clock.now + pace(wait, null), wait, fn, args, repeat, view, label, row: noteTimer(repeat ? "interval" : "timeout", wait, chained), fired: 0, asked: 0 });
    return id;
  };
  clock.clear = (id) => { timers.delete(Number(id)); };
  clock.next = () => { let best = null; for (const timer of timers.values()) if (!best || timer.at < best.at || (timer.at === best.at && timer.id < best.id)) best = timer; return best; };
  const fires = {}, asking = {};
  const FEW = 20000;
  // Animations and running clocks: after a virtual hour of firings that asked nothing they run less often, on whole
  // multiples of twenty seconds, so that a clock that waits for 17:30:00 or 00:00:00 still sees it.
  function pace(wait, timer) {
    if (wait > 1000) return wait;
    const count = timer && timer.repeat ? timer.fired : (fires[wait] = (fires[wait] || 0) + 1);
    if (timer && timer.asked) return wait;
    if (count > 3700 && !asking[wait]) { clock.thinned = true; return FEW - ((clock.now - clock.midnight) % FEW); }
    if (wait < 200 && count > 400) { clock.thinned = true; return 1000 - ((clock.now - clock.midnight) % 1000); }
    return wait;
  }
  function fire(timer) {
    const asked = root.askedCount || 0;
    clock.now = Math.max(clock.now, timer.at);
    if (timer.repeat) timer.at = clock.now + pace(timer.wait, timer); else timers.delete(timer.id);
    timer.fired++; timer.row.fired++; clock.fired++;
    clock.current = timer;
    if (root.trigger !== "load" || timer.repeat) root.trigger = root.idle ? "idle" : root.day ? "timer" : root.trigger;
    root.label = timer.label;
    try { if (typeof timer.fn === "function") timer.fn.apply(timer.view, timer.args); else if (timer.fn) (timer.view || window).eval(String(timer.fn)); } catch { /* the page's own fault */ }
    return () => { clock.current = null; root.label = ""; if ((root.askedCount || 0) > asked) { timer.asked++; asking[timer.wait] = true; } };
  }
  appscan.advance = async (target, budget) => {
    const begin = native.now();
    for (;;) {
      const timer = clock.next(), worker = nextWorker();
      const at = Math.min(timer ? timer.at : Infinity, worker ? worker.next : Infinity);
      if (at > target) break;
      if (native.now() - begin > budget) { clock.cut = true; break; }
      if (worker && worker.next === at && (!timer || timer.at > at)) {  // alone for a while: many of its firings in one message
        const until = Math.min(target, timer ? timer.at - 1 : Infinity, at + RUN_AHEAD);
        await worker.advance(until); await hop();
        clock.now = Math.max(clock.now, until);
        continue;
      }
      const done = fire(timer);
      await hop();
      if (root.waits > 0) { await hop(); await hop(); }
      done();
    }
    if (!clock.cut) clock.now = Math.max(clock.now, target);
    await hop();
    return { now: clock.now, cut: clock.cut, thinned: clock.thinned, fired: clock.fired };
  };
}
if (sealed) {
  const clock = root.clock;
  define(window, "setTimeout", function setTimeout(fn, delay, ...args) { return clock.set(fn, delay, args, false, window); });
  define(window, "setInterval", function setInterval(fn, delay, ...args) { return clock.set(fn, delay, args, true, window); });
  define(window, "clearTimeout", function clearTimeout(id) { clock.clear(id); });
  define(window, "clearInterval", function clearInterval(id) { clock.clear(id); });
  let frames = 0;
  define(window, "requestAnimationFrame", function requestAnimationFrame(fn) { return clock.set(() => fn(clock.now - SETTINGS.start), frames++ < 300 ? 16 : 5000, [], false, window); });
  define(window, "cancelAnimationFrame", (id) => clock.clear(id));
  define(window, "requestIdleCallback", function requestIdleCallback(fn) { return clock.set(() => fn({ didTimeout: false, timeRemaining: () => 10 }), 50, [], false, window); });
  define(window, "cancelIdleCallback", (id) => clock.clear(id));
  const NativeDate = native.Date;
  const VirtualDate = function Date(...parts) {
    if (!new.target) return new NativeDate(clock.now).toString();
    return Reflect.construct(NativeDate, parts.length ? parts : [clock.now], new.target === VirtualDate ? NativeDate : new.target);
  };
  VirtualDate.prototype = NativeDate.prototype;
  VirtualDate.prototype.constructor = VirtualDate;
  Object.setPrototypeOf(VirtualDate, NativeDate);
  VirtualDate.now = () => Math.round(clock.now);
  define(window, "Date", VirtualDate);
  try { define(Performance.prototype, "now", () => clock.now - SETTINGS.start); } catch { /* fixed */ }
}
