// One virtual day in the sealed copy: an hour of use, then nobody touches the page, then midnight, then it is left.
if (sealed && !hub) {
  appscan.begin = async () => { if (root.workers.length) await new native.Promise((done) => native.setTimeout(done, 150)); await appscan.advance(root.clock.now + 3000, 3000); const seen = appscan.glance(); root.day = true; root.trigger = "timer"; return { ...seen, rows: appscan.take() }; };
  const touch = () => {
    const point = { bubbles: true, cancelable: true, clientX: 5, clientY: 300, view: window };
    for (const [Kind, name] of [[PointerEvent, "pointermove"], [MouseEvent, "mousemove"], [MouseEvent, "mousedown"], [MouseEvent, "mouseup"], [KeyboardEvent, "keydown"], [KeyboardEvent, "keyup"], [Event, "scroll"], [Event, "touchstart"], [Event, "touchmove"]]) {
      try { (document.body || document).dispatchEvent(new Kind(name, point)); } catch { /* the page's own fault */ }
    }
  };
  // Up to `target`; `active` touches the page once a minute. Stops after `budget` real milliseconds.
  appscan.pass = async (target, active, budget) => {
    const begin = native.now();
    let state = { now: root.clock.now, cut: false };
    root.idle = !active;
    root.trigger = active ? "timer" : "idle";
    while (root.clock.now < target && !state.cut) {
      const next = active ? Math.min(target, root.clock.now + 60000) : target;
      if (active) touch();
      state = await appscan.advance(next, Math.max(50, budget - (native.now() - begin)));
    }
    const dialogs = dialogsNow().map((dialog) => { const inside = controlsNow(300).filter((control) => dialog.element.contains(control.element)); return { text: dialog.text, modal: dialog.modal, closable: inside.some((control) => CLOSING.test(control.text)) ? true : inside.length ? null : dialog.modal ? false : null }; });
    return { ...state, route: routeNow(), dialogs, texts: [...new Set(textsNow().texts.slice(0, 600).map((text) => text.text.slice(0, 160)))], rows: appscan.take() };
  };
  appscan.leave = async (elsewhere) => {
    root.trigger = "leave";
    if (elsewhere) { location.hash = elsewhere; await hop(); await hop(); await appscan.advance(root.clock.now + 500, 500); }
    root.trigger = "leave";
    try { Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" }); Object.defineProperty(document, "hidden", { configurable: true, get: () => true }); } catch { /* fixed */ }
    for (const [target, event] of [[window, new Event("beforeunload", { cancelable: true })], [document, new Event("visibilitychange", { bubbles: true })], [window, new Event("pagehide")], [window, new Event("unload")]]) {
      try { target.dispatchEvent(event); } catch { /* the page's own fault */ }
      await hop();
    }
    await hop();
    return { rows: appscan.take(), timers: appscan.timers(), series: Object.values(root.series) };
  };
}
