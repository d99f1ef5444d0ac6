// A control by its words; a field beside a button may have the same.
function labelled(label) {
  const found = controlsNow(MAX_CONTROLS).filter((one) => one.text.slice(0, 120) === label);
  return found.find((one) => !["textbox", "password", "file"].includes(one.role)) || found[0];
}
// What force trials do in the page: press with a permission refused, take a permission back, submit without a picture.
appscan.attempt = async (label, deny) => {
  if (deny) root.deny[deny] = true;
  const control = labelled(label);
  let outcome = "gone";
  if (control) { outcome = appscan.press(control); await appscan.settle(1500, 60); }
  return { outcome, ...appscan.glance(), rows: appscan.take() };
};
appscan.revoke = async (family) => {
  root.deny[family] = true;
  for (const failed of root.watchers || []) { try { failed({ code: 1, message: "User denied Geolocation", PERMISSION_DENIED: 1 }); } catch { /* the page's own fault */ } }
  await appscan.settle(1500, 60);
  return { ...appscan.glance(), rows: appscan.take() };
};
const SAMPLES = { email: "a@example.invalid", tel: "13800000000", number: "1", date: "2024-01-02", time: "09:00", "datetime-local": "2024-01-02T09:00", month: "2024-01", url: "https://example.invalid/", range: "1", color: "#000000" };
function fill(field, without) {
  const view = of.ownerDocument(field).defaultView;
  if (field.type === "file" && !without) {
    const files = new view.DataTransfer();
    const film = /video/.test(field.accept);
    files.items.add(new view.File([Uint8Array.from(atob(GIF.split(",")[1]), (sign) => sign.charCodeAt(0))], film ? "stand-in.mp4" : "stand-in.gif", { type: film ? "video/mp4" : "image/gif" }));
    field.files = files.files;
    for (const kind of ["input", "change"]) field.dispatchEvent(new view.Event(kind, { bubbles: true }));
    return;
  }
  if (field.type === "file" || field.type === "hidden" || field.disabled || field.readOnly) return;
  if (field.isContentEditable) { if (!of.textContent(field)) field.textContent = "测试"; field.dispatchEvent(new view.InputEvent("input", { bubbles: true })); return; }
  if (field.type === "checkbox" || field.type === "radio") { if (!field.checked) field.click(); return; }
  if (of.tagName(field) === "SELECT") { if (field.selectedIndex <= 0 && field.options.length > 1) field.selectedIndex = 1; }
  else if (!field.value) {
    const setter = Object.getOwnPropertyDescriptor(of.tagName(field) === "TEXTAREA" ? view.HTMLTextAreaElement.prototype : view.HTMLInputElement.prototype, "value").set;
    setter.call(field, SAMPLES[field.type] || "测试");
  }
  for (const kind of ["input", "change", "blur"]) field.dispatchEvent(new view.Event(kind, { bubbles: true }));
}
// Fill a form (all fields of the page where there is no form), and supply what its picker supplies, or not.
appscan.prepare = async (index, without, picker) => {
  const controls = controlsNow(MAX_CONTROLS);
  const form = index < 0 ? null : formsNow(controls)[index];
  for (const field of fieldsOf(form ? form.owner : doc.body)) { try { fill(field, without); } catch { /* fixed by the page */ } }
  await appscan.settle(500);
  let outcome = "done";
  if (picker && !without) {
    const control = labelled(picker);
    root.supply = true;
    outcome = control ? appscan.press(control) : "gone";
    await appscan.settle(1500, 120);
    root.supply = false;
  }
  return { outcome, ...appscan.glance(), rows: appscan.take() };
};
function fieldsOf(owner) {
  const found = [];
  for (const [element] of elements(owner, 0, 0)) if (of.matches(element, "input,textarea,select,[contenteditable=true]") && found.length < 100) found.push(element);
  return found;
}
const AGREEING = /^(确定|确认|是|好的?|提交|继续|确定提交|确认提交|ok|yes|confirm|submit)$/i;
appscan.submit = async (index, label) => {
  const controls = controlsNow(MAX_CONTROLS);
  const form = index < 0 ? null : formsNow(controls)[index];
  const button = (form && controls.find((control) => control.key === form.submitKey)) || controls.filter((control) => control.text.slice(0, 400) === label).pop();
  if (!button) return { outcome: "gone", ...appscan.glance(), rows: appscan.take() };
  let outcome = "submitted";
  const real = of.closest(button.element, "form");
  if (real && !of.noValidate(real) && button.element.type !== "button" && !of.checkValidity(real)) outcome = "invalid";
  root.label = button.text.slice(0, 120);
  const before = dialogsNow().map((dialog) => dialog.text);
  if (outcome !== "invalid") { outcome = appscan.press(button) === "done" ? "submitted" : "covered"; await appscan.settle(1500, 80); }
  const asked = dialogsNow().find((dialog) => dialog.modal && !before.includes(dialog.text));
  const agree = asked && controlsNow(MAX_CONTROLS).find((control) => asked.element.contains(control.element) && AGREEING.test(control.text.replace(/\s/g, "")));
  if (agree) { appscan.press(agree); await appscan.settle(1500, 80); }  // "submit?" is asked of everybody
  root.label = "";
  return { outcome, asked: asked ? [asked.text] : [], ...appscan.glance(), rows: appscan.take() };
};
// Do the one thing a dialog offers, where it offers one; tells where that leads.
appscan.yield = async (text) => {
  const dialog = dialogsNow().find((one) => one.modal && one.text.slice(0, 40) === text.slice(0, 40));
  const inside = dialog ? controlsNow(MAX_CONTROLS).filter((one) => of.contains(dialog.element, one.element)) : [];
  if (inside.length !== 1 || /退出|注销|登出|\b(log|sign) ?-?(out|off)\b/i.test(inside[0].text)) return { outcome: "gone", ...appscan.glance(), rows: appscan.take() };
  const outcome = appscan.press(inside[0]);
  await appscan.settle(1500, 80);
  return { outcome, ...appscan.glance(), rows: appscan.take() };
};
appscan.wayOut = async (text, what) => {
  if (what === "switch") {
    const control = controlsNow(MAX_CONTROLS).find((one) => one.text === text && one.role === "switch");
    if (!control) return { out: false, by: "gone", rows: appscan.take() };
    const state = () => [control.element.checked, of.getAttribute(control.element, "aria-checked"), of.className(control.element)].join("|");
    const before = state();
    appscan.press(control); await appscan.settle(1000, 40);
    return { out: before !== state(), by: control.text, rows: appscan.take() };
  }
  const same = () => dialogsNow().find((dialog) => dialog.modal && dialog.text.slice(0, 40) === text.slice(0, 40));
  let dialog = same();
  if (!dialog) return { out: true, by: "gone by itself", rows: appscan.take() };
  for (const control of controlsNow(MAX_CONTROLS).filter((one) => of.contains(dialog.element, one.element) && CLOSING.test(one.text.trim()))) {
    appscan.press(control); await appscan.settle(1200, 60);
    if (!same()) return { out: true, by: control.text, rows: appscan.take() };
  }
  dialog = same();
  if (dialog) {
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", keyCode: 27, bubbles: true }));
    if (of.firstElementChild(dialog.element)) dialog.element.click();
    await appscan.settle(800, 40);
  }
  return { out: !same(), by: same() ? "" : "outside or Escape", rows: appscan.take() };
};
// Put the dialog in front aside by its way out.
appscan.aside = async () => {
  const dialog = dialogsNow().find((one) => one.modal);
  const seen = dialog ? await appscan.wayOut(dialog.text, "dialog") : { out: true };
  const rows = [...(seen.rows || []), ...appscan.take()];
  return { ...appscan.glance(), out: seen.out, rows };
};
