// One virtual day in the sealed copy: an hour of use, then nobody touches the page, then midnight, then it is left.
const STARTS = /^\s*[▶►]|开始|启动|开启|播放|继续|进入(学习|课程|工作|巡)|^(start|begin|play|resume|continue)\b/i, STOPS = /结束|停止|暂停|关闭|登录|退出|下载|安装|stop|pause|close|log ?(in|out)/i;
const MAX_STARTS = 3, SHOW_LENGTH = 1800;
if (sealed && window.HTMLMediaElement) {  // nothing is played, but what waits for a video to play goes on
  const shows = new WeakMap(), prototype = window.HTMLMediaElement.prototype;
  const showOf = (media) => { if (!shows.has(media)) shows.set(media, { paused: true, time: 0, timer: null }); return shows.get(media); };
  const tellOf = (media, ...names) => { for (const name of names) try { media.dispatchEvent(new Event(name)); } catch { /* the page's own fault */ } };
  const halt = (media, show) => { show.paused = true; if (show.timer) root.clock.clear(show.timer); show.timer = null; };
  define(prototype, "load", () => {});
  define(prototype, "pause", function () { const show = showOf(this); if (!show.paused) { halt(this, show); tellOf(this, "pause"); } });
  define(prototype, "play", function () {
    const show = showOf(this);
    if (show.paused) {
      call("media.play", "");
      show.paused = false;
      show.timer = root.clock.set(() => { show.time++; tellOf(this, "timeupdate"); if (show.time >= SHOW_LENGTH) { halt(this, show); show.time = SHOW_LENGTH; tellOf(this, "ended"); } }, 1000, [], true, window);
      later(() => tellOf(this, "loadedmetadata", "loadeddata", "canplay", "play", "playing"));
    }
    return native.Promise.resolve();
  });
  for (const [name, read] of [["paused", (show) => show.paused], ["ended", (show) => show.time >= SHOW_LENGTH], ["duration", () => SHOW_LENGTH], ["readyState", () => 4], ["networkState", () => 1]]) try { Object.defineProperty(prototype, name, { configurable: true, get() { return read(showOf(this)); } }); } catch { /* fixed */ }
  try { Object.defineProperty(prototype, "currentTime", { configurable: true, get() { return showOf(this).time; }, set(value) { showOf(this).time = Number(value) || 0; } }); } catch { /* fixed */ }
}
if (sealed && !hub) {
  const live = (time, budget) => appscan.advance(root.clock.now + time, budget);
  const pressed = async (control) => {
    root.trigger = "click";
    root.label = control.text.slice(0, 120);
    try { appscan.press(control); } catch { /* the page's own fault */ }
    root.label = "";
    await live(1500, 800);
  };
  // `way`: keys of the controls that lead to the state; `starters`: texts of controls that start something, pressed with
  // what looks like it, and what plays is played; null presses nothing. `moved`: that led to another route.
  appscan.begin = async ([way, starters]) => {
    appscan.begun = true;
    let presses = 0, started = 0;
    if (root.workers.length) await new native.Promise((done) => native.setTimeout(done, 150));
    await live(3000, 3000);
    for (const key of way) { const control = appscan.find(key); if (control) { presses++; await pressed(control); } }
    const route = routeNow();
    if (starters) {
      for (const media of [...doc.querySelectorAll("video,audio")].slice(0, MAX_STARTS)) try { media.play(); started++; } catch { /* the page's own fault */ }
      const starts = (text) => starters.includes(text.slice(0, 120)) || (text.length <= 16 && STARTS.test(text) && !STOPS.test(text));
      const found = controlsNow(300).filter((control) => starts(control.text) && !control.element.closest("a[href]:not([href^='#']):not([href^='javascript'])"));
      for (const control of found.slice(0, MAX_STARTS)) { presses++; started++; await pressed(control); if (routeNow() !== route) break; }
    }
    const seen = appscan.glance();
    root.day = true; root.trigger = "timer";
    return { ...seen, moved: routeNow() !== route, pressed: presses, started, rows: appscan.take() };
  };
  const touch = () => {
    const point = { bubbles: true, cancelable: true, clientX: 5, clientY: 300, view: window };
    for (const [Kind, name] of [[PointerEvent, "pointermove"], [MouseEvent, "mousemove"], [MouseEvent, "mousedown"], [MouseEvent, "mouseup"], [KeyboardEvent, "keydown"], [KeyboardEvent, "keyup"], [Event, "scroll"], [Event, "touchstart"], [Event, "touchmove"]]) {
      try { (document.body || document).dispatchEvent(new Kind(name, point)); } catch { /* the page's own fault */ }
    }
  };
  const sight = (state) => {
    try {
      if (state) { delete document.visibilityState; delete document.hidden; return; }
      Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
      Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
    } catch { /* fixed */ }
  };
  const happen = async (...events) => { for (const [target, event] of events) { try { target.dispatchEvent(event); } catch { /* the page's own fault */ } await hop(); } };
  // Once in the hour of use another window is in front for half a minute: some pages start, stop or ask only then.
  const away = async (budget) => {
    root.away = true;
    root.trigger = "leave";
    sight(false);
    await happen([window, new Event("blur")], [document, new Event("visibilitychange", { bubbles: true })]);
    const state = await live(30000, budget);
    sight(true);
    root.trigger = "timer";
    await happen([document, new Event("visibilitychange", { bubbles: true })], [window, new Event("focus")]);
    return state;
  };
  // Up to `target`; `active` touches the page once a minute. Stops after `budget` real milliseconds.
  appscan.pass = async (target, active, budget) => {
    const begin = native.now(), left = () => Math.max(50, budget - (native.now() - begin));
    let state = { now: root.clock.now, cut: false };
    root.idle = !active;
    root.trigger = active ? "timer" : "idle";
    while (root.clock.now < target && !state.cut) {
      const next = active ? Math.min(target, root.clock.now + 60000) : target;
      if (active) touch();
      if (active && !root.away && target - root.clock.now > 120000 && root.clock.now - SETTINGS.start > 600000) state = await away(left());
      if (!state.cut) state = await appscan.advance(next, left());
    }
    const dialogs = dialogsNow().map((dialog) => { const inside = controlsNow(300).filter((control) => dialog.element.contains(control.element)); return { text: dialog.text, modal: dialog.modal, closable: closable(dialog, inside) }; });
    return { ...state, route: routeNow(), dialogs, texts: [...new Set(textsNow().texts.slice(0, 600).map((text) => text.text.slice(0, 160)))], rows: appscan.take() };
  };
  appscan.leave = async (elsewhere) => {
    root.trigger = "leave";
    if (elsewhere) { location.hash = elsewhere; await hop(); await hop(); await live(500, 500); }
    root.trigger = "leave";
    sight(false);
    await happen([window, new Event("beforeunload", { cancelable: true })], [document, new Event("visibilitychange", { bubbles: true })], [window, new Event("pagehide")], [window, new Event("unload")]);
    await hop();
    return { rows: appscan.take(), timers: appscan.timers(), series: Object.values(root.series) };
  };
}
