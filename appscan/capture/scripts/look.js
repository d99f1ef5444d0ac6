// What a person would see: controls, texts, forms, dialogs, in shadow trees and frames of the same origin too.
const MAX_CONTROLS = 1500, MAX_TEXTS = 6000, WHOLE_NAME = 20;
const SELECTABLE = "a[href],button,input,select,textarea,summary,[onclick],[role=button],[role=tab],[role=menuitem],[role=link],[role=switch],[role=checkbox],[role=radio],[role=option],uni-button,uni-navigator,uni-switch,uni-checkbox,uni-radio,uni-picker,label[for],[contenteditable=true]";
const CLOSING = /^(×|✕|✖|x|关闭|取消|知道了|我知道了|以后再说|稍后|暂不|跳过|返回|否|不同意|拒绝|close|cancel|skip|later|not now|dismiss|no)[^\u4e00-\u9fff]?$|暂不|以后再说|稍后再|跳过|close-?(btn|icon|button)?$/i;

function* elements(node, dx, dy) {
  const stackOf = [[node, dx, dy]];
  let count = 0;
  while (stackOf.length) {
    const [current, x, y] = stackOf.pop();
    if (++count > 60000) return;
    yield [current, x, y];
    const children = [];
    if (of.tagName(current) === "IFRAME" || of.tagName(current) === "FRAME") {
      try {
        const inner = current.contentDocument;
        if (inner && inner.documentElement) { const box = of.getBoundingClientRect(current); children.push([inner.documentElement, x + box.left, y + box.top]); }
      } catch { /* another origin */ }
    }
    const shadow = of.shadowRoot(current) || (appscan.shadows && appscan.shadows.get(current));
    if (shadow) for (const child of shadow.children) children.push([child, x, y]);
    for (const child of of.children(current)) children.push([child, x, y]);
    for (let i = children.length - 1; i >= 0; i--) stackOf.push(children[i]);
  }
}
function visible(element) {
  try { if (!of.checkVisibility(element, { opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })) return false; } catch { return false; }
  return true;
}
function clean(text) { return String(text || "").replace(/\s+/g, " ").trim(); }
function fold(text) { return clean(text).toLowerCase().replace(/\d+/g, "0").slice(0, 60); }
function selectorOf(element) {
  const parts = [];
  let current = element;
  for (let depth = 0; current && of.nodeType(current) === 1 && depth < 8; depth++) {
    const tag = of.tagName(current).toLowerCase();
    if (current.id && /^[A-Za-z][\w-]{0,40}$/.test(current.id)) { parts.unshift("#" + current.id); break; }
    let index = 1;
    for (let sibling = of.previousElementSibling(current); sibling && index < 5000; sibling = of.previousElementSibling(sibling)) if (of.tagName(sibling) === of.tagName(current)) index++;
    parts.unshift(`${tag}:nth-of-type(${index})`);
    if (of.parentElement(current)) current = of.parentElement(current);
    else { const host = current.getRootNode && of.getRootNode(current).host; if (!host) break; parts.unshift(">>>"); current = host; }
  }
  return parts.join(">").slice(0, 600);
}
// A box in pixels of the picture: a page without a viewport of its own is shown smaller than it is laid out.
function pictured(box) {
  const view = window.visualViewport;
  if (!box || !view) return box;
  const scale = view.scale > 0 ? view.scale : 1;
  return [box[0] - view.offsetLeft, box[1] - view.offsetTop, box[2], box[3]].map((side) => Math.round(side * scale));
}

function boxOf(element, x, y) {
  const box = of.getBoundingClientRect(element);
  return [Math.round(box.left + x), Math.round(box.top + y), Math.round(box.width), Math.round(box.height)];
}
function listens(element) {
  if (appscan.clickable.has(element) || typeof element.onclick === "function") return true;
  if (appscan.hovers.has(element) || appscan.contexts.has(element)) return true;
  for (const key of Object.keys(element)) if (key.startsWith("__reactProps$") || key.startsWith("__reactEventHandlers$")) return Boolean(element[key]) && typeof element[key].onClick === "function";
  return false;
}
// One listener on a container speaks for what lies in it: rows of a kind in a small container, what is marked by its
// attributes or its class where the whole document listens.
const ROWS = /^(LI|TD|DD)$/;
const MARKED = /(^|[-_\s])(tab|btn|button|menu|nav|link|entry|icon|cell|item)([-_\s]|$)/i;
function sameKind(one, other) {
  return Boolean(other) && of.tagName(other) === of.tagName(one) && (ROWS.test(of.tagName(one)) || (clean(of.className(one)) !== "" && clean(of.className(other)).split(" ")[0] === clean(of.className(one)).split(" ")[0]));
}
function delegated(element) {
  if (element instanceof SVGElement || of.childElementCount(element) > 4) return false;
  const length = of.textContent(element).length;
  if (length > 80 || !of.textContent(element).trim()) return false;
  const fellow = sameKind(element, of.nextElementSibling(element)) || sameKind(element, of.previousElementSibling(element));
  if (fellow) for (let owner = of.parentElement(element), depth = 0; owner && depth < 3 && owner !== of.ownerDocument(owner).body; owner = of.parentElement(owner), depth++) if (listens(owner)) return true;
  if (!root.wholeListens || length > 40) return false;
  for (const { name, value } of of.attributes(element)) if (/^data-(?!v-|react|src|original)/.test(name) && value) return true;
  return fellow && MARKED.test(of.className(element) || "");
}
function speaksForRows(element) {
  if (of.matches(element, "a,button,label") || of.childElementCount(element) < 2) return false;
  const rows = [...of.children(element)].filter((row) => row.textContent.trim());
  return rows.length > 1 && rows.every((row) => sameKind(rows[0], row));
}
function nameOf(element) {
  const tag = of.tagName(element);
  let text = of.getAttribute(element, "aria-label") || "";
  if (!text && (tag === "INPUT" || tag === "TEXTAREA" || tag === "SELECT")) {
    const kind = (element.type || "").toLowerCase();
    if (kind === "submit" || kind === "button" || kind === "reset") text = element.value;
    else text = labelOf(element) || element.placeholder || element.name || "";
  }
  if (!text) text = clean(of.innerText(element) !== undefined ? of.innerText(element) : of.textContent(element));
  if (!text) { const picture = element.querySelector && of.querySelector(element, "img[alt],[title],[aria-label]"); text = picture ? picture.alt || picture.title || picture.getAttribute("aria-label") || "" : ""; }
  if (!text) text = of.title(element) || of.getAttribute(element, "alt") || (typeof of.className(element) === "string" ? of.className(element).split(/\s+/)[0] : "") || "";
  return clean(text).slice(0, 120);
}
function labelOf(element) {
  const own = element.labels && element.labels[0];
  if (own) return clean(own.innerText).slice(0, 120);
  const item = of.closest(element, "[class*=form-item],[class*=field],[class*=cell],[class*=row],uni-forms-item,tr,li,p,div");
  if (item && of.querySelectorAll(item, "input,textarea,select,uni-input,uni-textarea").length === 1) { const caption = captionOf(item); if (caption) return caption; }
  const before = of.previousElementSibling(element);
  return before && !of.matches(before, "h1,h2,h3,h4,h5,h6,input,select,textarea,button,a,ul,ol,table,form") ? captionOf(before) : "";
}
// Words beside a field, without those of buttons and choices among them.
function captionOf(item) {
  const walker = of.ownerDocument(item).createTreeWalker(item, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => node.nodeType === 1 && /^(BUTTON|A|SELECT|SCRIPT|STYLE|TEXTAREA|UNI-BUTTON)$/.test(node.tagName) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  let text = "";
  for (let count = 0; walker.nextNode() && count < 200 && text.length < 60; count++) if (walker.currentNode.nodeType === 3) text += walker.currentNode.data + " ";
  return clean(text).slice(0, 60);
}
function roleOf(element) {
  const role = of.getAttribute(element, "role");
  if (role) return role.slice(0, 40);
  const tag = of.tagName(element).toLowerCase();
  if (tag === "a" || tag === "uni-navigator") return "link";
  if (tag === "select" || tag === "uni-picker") return "select";
  if (tag === "textarea" || tag === "uni-textarea" || element.isContentEditable) return "textbox";
  if (tag === "input") {
    const kind = (element.type || "text").toLowerCase();
    if (["submit", "button", "reset", "image"].includes(kind)) return "button";
    if (["checkbox", "radio", "file", "password", "hidden", "range", "date", "time"].includes(kind)) return kind;
    return "textbox";
  }
  if (/tab/i.test(of.className(element) || "") && !/table/i.test(of.className(element))) return "tab";
  if (/menu|nav-?item/i.test(of.className(element) || "")) return "menuitem";
  return "button";
}
function controlsNow(limit) {
  const found = [], taken = new Set();
  for (const [element, x, y] of elements(doc.documentElement, 0, 0)) {
    if (found.length >= limit) { appscan.cut = true; break; }
    const tag = of.tagName(element);
    if (tag === "SCRIPT" || tag === "STYLE" || tag === "HEAD" || tag === "BODY" || tag === "HTML") continue;
    let interactive = of.matches(element, SELECTABLE) || (listens(element) && !speaksForRows(element));
    let pointer = !interactive && delegated(element);
    if (pointer) interactive = true;
    if (!interactive && of.childElementCount(element) < 12 && !(element instanceof SVGElement)) {
      const style = of.ownerDocument(element).defaultView.getComputedStyle(element);
      const parent = of.parentElement(element);
      if (/^(pointer|grab)$/.test(style.cursor) && (!parent || of.ownerDocument(parent).defaultView.getComputedStyle(parent).cursor !== "pointer")) pointer = interactive = true;
    }
    if (!interactive || (element.type === "hidden" && tag === "INPUT") || !visible(element)) continue;
    const box = boxOf(element, x, y);
    if (box[2] < 2 || box[3] < 2) { if (element.type !== "file") continue; }
    // What fills the window is a control only where it listens itself and nothing in it can be pressed ("press anywhere").
    const whole = box[2] > innerWidth * 0.95 && box[3] > innerHeight * 0.9 && !of.matches(element, "a,button,input,textarea,select");
    if (whole && !listens(element)) continue;
    let owner = of.parentElement(element), inside = false;
    for (let depth = 0; owner && depth < 4; depth++, owner = of.parentElement(owner)) if (taken.has(owner) && (pointer || of.matches(owner, "a,button,uni-button"))) { inside = true; break; }
    if (inside) continue;
    taken.add(element);
    const text = nameOf(element), role = roleOf(element);
    found.push({ element, text: whole ? text.slice(0, WHOLE_NAME) : text, role, box, x, y, whole, pointer });
  }
  for (const layer of found.filter((control) => control.whole)) if (found.some((other) => other !== layer && of.contains(layer.element, other.element))) found.splice(found.indexOf(layer), 1);
  const seen = {};
  for (const control of found) {
    const base = control.role + "|" + fold(control.text);
    seen[base] = (seen[base] || 0) + 1;
    control.key = control.role + "|" + clean(control.text).slice(0, 60) + "|" + seen[base];
  }
  return found;
}
// The words around a control: those of the card or row it stands in.
function nearOf(control) {
  for (let place = of.parentElement(control.element), depth = 0; place && depth < 4; place = of.parentElement(place), depth++) {
    const words = of.textContent(place);
    if (words.length > 2000) return "";
    if (clean(words) !== control.text) return clean(words).slice(0, 80);
  }
  return "";
}
function describe(control) {
  const element = control.element;
  const checked = element.type === "checkbox" || element.type === "radio" ? Boolean(element.checked)
    : of.hasAttribute(element, "aria-checked") ? of.getAttribute(element, "aria-checked") === "true"
      : of.hasAttribute(element, "aria-selected") ? of.getAttribute(element, "aria-selected") === "true" : null;
  const link = of.tagName(element) === "A" && of.getAttribute(element, "href") ? of.getAttribute(element, "href") : null;
  return { key: control.key, near: nearOf(control), text: control.text, role: control.role, selector: selectorOf(element), box: pictured(control.box),
    disabled: Boolean(element.disabled) || of.getAttribute(element, "aria-disabled") === "true", checked,
    href: link === null ? null : absolute(link).slice(0, 2000), raw: link === null ? null : link.slice(0, 200), heard: listens(element), answers: listens(element) || Boolean(control.pointer), readonly: element.readOnly === true && !element.disabled,
    options: of.tagName(element) === "SELECT" ? element.options.length : 0,
    target: element.target || "", download: of.hasAttribute(element, "download") };
}
// A word that is split over elements of one line (<b>打</b><b>卡</b>), as a person reads it; else nothing.
const INLINE = new Set("SPAN B I EM STRONG FONT U S SMALL MARK RUBY RB SUB SUP BDI BDO BIG INS UNI-TEXT".split(" "));
function joined(element) {
  const children = of.childNodes(element);
  if (children.length < 2 || children.length > 20) return "";
  let fragment = false;
  const pieces = [];
  for (const child of children) {
    if (child.nodeType === 1 ? !INLINE.has(of.tagName(child)) || of.matches(child, SELECTABLE) || listens(child) : child.nodeType !== 3) return "";
    const text = of.textContent(child).trim();
    if (text) { pieces.push(child); fragment = fragment || text.length <= 3; }
  }
  const whole = pieces.length > 1 && fragment ? clean(of.textContent(element)) : "";
  return whole.length <= 60 && /[^\x00-\x7f]/.test(whole) && touching(element, pieces) ? whole : "";
}
// Whether texts stand on one line with no more between them than between two signs; words set apart are words of their own.
function touching(element, pieces) {
  const size = parseFloat(of.ownerDocument(element).defaultView.getComputedStyle(element).fontSize) || 16;
  const range = of.ownerDocument(element).createRange(), running = pieces.some((piece) => piece.nodeType === 3);
  let before = null;
  for (const piece of pieces) {
    const alone = of.textContent(piece).trim().length === 1;
    range.selectNodeContents(piece);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 0);
    if (!boxes.length) return false;
    const first = boxes[0], last = boxes[boxes.length - 1];
    if (before) {
      const between = first.left - before.box.right, apart = Math.abs((first.top + first.bottom) / 2 - (before.box.top + before.box.bottom) / 2);
      const wrapped = running && first.top > before.box.top && first.left < before.box.right;
      if (!wrapped && (apart > size * 0.7 || between > size * (alone && before.alone ? 0.9 : 0.2))) return false;
    }
    before = { box: last, alone };
  }
  return true;
}
function textsNow() {
  const texts = [];
  let length = 0, canvases = 0;
  for (const [element, x, y] of elements(doc.documentElement, 0, 0)) {
    const tag = of.tagName(element);
    if (tag === "CANVAS" && visible(element) && of.getBoundingClientRect(element).width > 40) canvases++;
    if (tag === "SCRIPT" || tag === "STYLE" || tag === "NOSCRIPT" || tag === "TEMPLATE" || tag === "HEAD" || tag === "TITLE") continue;
    let own = "";
    for (const child of of.childNodes(element)) if (child.nodeType === 3) own += child.data;
    own = clean(own);
    let role = "";
    if (!own && tag === "IMG" && element.alt) { own = clean(element.alt); role = "alt"; }
    if (!own && (tag === "INPUT" || tag === "TEXTAREA") && element.placeholder) { own = clean(element.placeholder); role = "placeholder"; }
    if (!own && tag === "UNI-INPUT") continue;
    const whole = own.length < 60 ? joined(element) : "";
    if (whole && whole !== own && visible(element) && texts.length < MAX_TEXTS) texts.push({ text: whole, role: role || textRole(element), selector: "", box: null, element, x, y });
    if (!own || !visible(element)) continue;
    length += own.length;
    if (texts.length >= MAX_TEXTS) { appscan.cut = true; continue; }
    texts.push({ text: own.slice(0, 2000), role: role || textRole(element), selector: "", box: null, element, x, y });
  }
  return { texts, length, canvases };
}
function textRole(element) {
  const tag = of.tagName(element);
  if (/^H[1-6]$/.test(tag) || of.closest(element, "h1,h2,h3,[role=heading],uni-page-head,[class*=navbar],[class*=nav-bar],[class*=page-title]")) return "heading";
  if (tag === "LABEL" || of.closest(element, "label")) return "label";
  if (tag === "TH" || of.closest(element, "th,[role=columnheader]")) return "header_cell";
  if (tag === "TD" || of.closest(element, "td,[role=cell]")) return "cell";
  if (tag === "OPTION") return "option";
  if (of.closest(element, "li,[role=listitem]")) return "item";
  return "text";
}
// Whether a dialog can be left: true by a control that says so, false where it lies over the page and nothing of it reacts
// to anything, null where that is not known.
function closable(dialog, inside) {
  if (inside.some((control) => CLOSING.test(control.text.trim()))) return true;
  if (inside.length || !dialog.modal || listens(dialog.element)) return null;
  let count = 0;
  for (const [part] of elements(dialog.element, 0, 0)) { if (++count > 200) return null; if (listens(part)) return null; }
  return false;
}
// Layers that lie over the page, found from what is on top at five points: they may carry no telling name at all.
function layersAbove() {
  const found = new Set();
  for (const [x, y] of [[0.5, 0.5], [0.15, 0.15], [0.85, 0.15], [0.15, 0.85], [0.85, 0.85]]) {
    for (let element = doc.elementFromPoint(innerWidth * x, innerHeight * y), depth = 0; element && depth < 30; element = of.parentElement(element), depth++) {
      const position = getComputedStyle(element).position;
      if (position === "fixed" || position === "absolute") found.add(element);
    }
  }
  return found;
}
function dialogsNow() {
  const found = [], taken = [], above = layersAbove();
  const wide = innerWidth * innerHeight;
  for (const [element, x, y] of elements(doc.documentElement, 0, 0)) {
    const name = typeof of.className(element) === "string" ? of.className(element) : "";
    const role = of.getAttribute(element, "role") || "";
    const native_ = of.tagName(element) === "DIALOG" && element.open;
    const named = native_ || role === "dialog" || role === "alertdialog" || of.getAttribute(element, "aria-modal") === "true" || /(^|[-_\s])(modal|dialog|popup|mask|overlay|layui-layer|toast|actionsheet)/i.test(name + " " + (element.id || "")) || /^UNI-(MODAL|TOAST|ACTIONSHEET)$/.test(of.tagName(element));
    const style = named || element.style.position || name || above.has(element) ? of.ownerDocument(element).defaultView.getComputedStyle(element) : null;
    const fixed = style && (style.position === "fixed" || (style.position === "absolute" && Number(style.zIndex) > 5));
    if (!named && !fixed) continue;
    if (taken.some((other) => of.contains(other, element)) || !visible(element)) continue;
    const box = of.getBoundingClientRect(element);
    const covers = Math.max(0, Math.min(innerWidth, box.right) - Math.max(0, box.left)) * Math.max(0, Math.min(innerHeight, box.bottom) - Math.max(0, box.top)) / wide;
    if (!named && covers < 0.5) continue;
    if (named && !fixed && !native_ && !role && covers < 0.2) continue;
    if (named && style.position === "static" && !native_ && !role) continue;
    const text = clean(of.innerText(element));
    if (!text && covers < 0.5) continue;
    if (!text && !of.childElementCount(element)) { found.mask = Math.max(found.mask || 0, covers); continue; }
    taken.push(element);
    found.push({ element, text: text.slice(0, 2000), covers: Math.min(1, covers), box: boxOf(element, x, y), modal: covers > 0.5 || native_ || of.getAttribute(element, "aria-modal") === "true" });
  }
  if (found.mask > 0.5) for (const dialog of found) { dialog.covers = Math.max(dialog.covers, Math.min(1, found.mask)); dialog.modal = true; }
  return found;
}
function formsNow(controls) {
  const owners = new Map();
  for (const [element] of elements(doc.documentElement, 0, 0)) {
    if (!/^(INPUT|TEXTAREA|SELECT|UNI-PICKER|UNI-RADIO-GROUP|UNI-CHECKBOX-GROUP)$/.test(of.tagName(element)) || ["hidden", "submit", "button", "reset", "image"].includes(element.type)) continue;
    if (element.type !== "file" && !visible(element)) continue;
    const owner = of.closest(element, "form,uni-form,[class*=form]:not([class*=form-item])") || of.ownerDocument(element).body;
    if (!owners.has(owner)) owners.set(owner, []);
    owners.get(owner).push(element);
  }
  const forms = [];
  for (const [owner, fields] of owners) {
    const submit = submitOf(owner, controls);
    forms.push({ owner, selector: selectorOf(owner), submit: submit ? submit.text : "", submitKey: submit ? submit.key : null,
      fields: fields.slice(0, 200).map((field) => {
        const label = labelOf(field) || field.placeholder || of.getAttribute(field, "aria-label") || "";
        const starred = /^[*＊]|[*＊]$|必填/.test(label) || Boolean(of.closest(field, ".is-required,.required,[class*=required]"));
        return { label: label.slice(0, 200), name: (field.name || field.id || "").slice(0, 200), type: (field.type || of.tagName(field).toLowerCase()).slice(0, 40),
          required: Boolean(field.required) || of.getAttribute(field, "aria-required") === "true" || starred, accept: (field.accept || "").slice(0, 200),
          capture: (of.getAttribute(field, "capture") || "").slice(0, 40), value_kind: valueKind(field) };
      }) });
  }
  return forms.slice(0, 100);
}
const SUBMITS = [/提交|上报|报送|发布|办结|submit|send/i, /保存|完成|确认|确定|打卡|签到|登记|登录|save|finish|done|ok|login/i];
const PICKING = /照片|图片|拍照|拍摄|相册|附件|定位|位置|获取|选择|添加|验证码/;
// What hands a form in: a submit button of it, else by its words; applications without forms have it beside the fields.
function submitOf(owner, controls) {
  for (let place = owner; place && of.nodeType(place) === 1; place = of.parentElement(place)) {
    const inside = controls.filter((control) => of.contains(place, control.element) && !["text", "file", "checkbox", "radio"].includes(control.element.type));
    const real = inside.find((control) => control.element.type === "submit" && of.closest(control.element, "form"));
    if (real) return real;
    for (const words of SUBMITS) {
      const found = inside.find((control) => control.role === "button" && control.text.length <= 20 && words.test(control.text) && !PICKING.test(control.text));
      if (found) return found;
    }
  }
  return null;
}
function valueKind(field) {
  const value = field.type === "checkbox" || field.type === "radio" ? (field.checked ? "checked" : "") : field.type === "password" ? "" : field.value;
  if (!value) return "empty";
  if (value === "checked") return "checked";
  if (/^-?\d+(\.\d+)?$/.test(value)) return "number";
  if (/^\d{4}[-/年]\d{1,2}/.test(value)) return "date";
  return "text";
}
function routeNow() { return location.pathname + location.search + (location.hash.length > 1 ? location.hash : ""); }
function digest(text) { let value = 0x811c9dc5; for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193); return value >>> 0; }
// The short look: enough to tell states apart. Digits are folded, so a running clock is not a new state.
appscan.glance = () => {
  const controls = controlsNow(MAX_CONTROLS);
  appscan.last = controls;
  const names = [...new Set(controls.map((control) => control.role + ":" + fold(control.text)))].sort();
  const dialogs = dialogsNow().map((dialog) => fold(dialog.text));
  const texts = textsNow();
  const marks = [...new Set(texts.texts.slice(0, 800).map((text) => digest(fold(text.text))))];
  return { url: location.href, route: routeNow(), fold: String(digest(names.join("\n") + "#" + dialogs.join("\n"))), marks, dialogs: dialogs.length, document: appscan.document, leaving: appscan.leaving, pending: appscan.pending(), planned: appscan.planned() };
};
appscan.look = (withHtml) => {
  const seen = appscan.glance();
  const controls = appscan.last.map(describe);
  const { texts, length, canvases } = textsNow();
  const dialogs = dialogsNow().map((dialog) => {
    const inside = appscan.last.map((control, index) => [control, index]).filter(([control]) => of.contains(dialog.element, control.element)).map(([, index]) => controls[index]);
    return { text: dialog.text, closable: closable(dialog, inside), modal: dialog.modal, covers: dialog.covers, controls: inside, box: pictured(dialog.box) };
  });
  const margins = new Map();
  for (const [index, control] of appscan.last.entries()) controls[index].margin = marginOf(control.element, margins).margin;
  for (const text of texts) text.margin = marginOf(text.element, margins).margin;
  for (const text of texts) { text.selector = selectorOf(text.element); text.box = pictured(boxOf(text.element, text.x, text.y)); delete text.element; delete text.x; delete text.y; }
  let html = null;
  if (withHtml) {
    const large = doc.getElementsByTagName("*").length > 60000;
    if (large) appscan.cut = true;
    const shadows = [...appscan.allShadows].map((weak) => weak.deref()).filter(Boolean);
    try { if (large) html = null; else html = doc.documentElement.getHTML ? "<html>" + doc.documentElement.getHTML({ shadowRoots: shadows }) + "</html>" : doc.documentElement.outerHTML; } catch { html = doc.documentElement.outerHTML; }
    for (const frame of html === null ? [] : doc.querySelectorAll("iframe,frame")) { try { html += `\n<section data-appscan-frame="${frame.contentWindow.location.pathname.replace(/[^\w./-]/g, "")}">${frame.contentDocument.body.innerHTML}</section>`; } catch { /* another origin */ } }
    html = html === null ? null : html.slice(0, 3000000);
  }
  return { ...seen, title: doc.title.slice(0, 400), controls, texts, text_length: length, canvases, pictured: length < 40 ? picturedShare() : 0, forms: formsNow(appscan.last).map(({ owner, ...form }) => form), dialogs, html, routes: routesNow(), links: hiddenLinks(), cut: Boolean(appscan.cut) };
};
// Share of the window under pictures, told by a grid of points: overlapping pictures count once.
function picturedShare() {
  const boxes = [];
  for (const [element, x, y] of elements(doc.documentElement, 0, 0)) {
    const tag = of.tagName(element).toLowerCase();
    if (tag === "html" || tag === "head" || boxes.length >= 2000) continue;
    const style = of.ownerDocument(element).defaultView.getComputedStyle(element);
    if (!/^(img|image|video)$/.test(tag) && !/url\(/.test(style.backgroundImage)) continue;
    const [left, top, width, height] = boxOf(element, x, y);
    if (width * height > 400 && visible(element)) boxes.push([left, top, left + width, top + height]);
  }
  let hit = 0;
  for (let row = 0; row < 20; row++) for (let column = 0; column < 20; column++) {
    const x = (column + 0.5) * innerWidth / 20, y = (row + 0.5) * innerHeight / 20;
    if (boxes.some(([left, top, right, bottom]) => x >= left && x < right && y >= top && y < bottom)) hit++;
  }
  return hit / 400;
}
// Links of menus that are folded away or shown on hover only.
function hiddenLinks() {
  const found = new Set();
  for (const [element] of elements(doc.documentElement, 0, 0)) {
    if (of.tagName(element) !== "A" || !of.getAttribute(element, "href") || found.size >= 200 || visible(element)) continue;
    const url = absolute(of.getAttribute(element, "href"));
    if (/^https?:/.test(url) && !of.hasAttribute(element, "download")) found.add(url.slice(0, 2000));
  }
  return [...found];
}
function routesNow() {
  const found = [];
  const add = (path, hash) => { if (typeof path === "string" && path && found.length < 500) found.push([path.slice(0, 300), hash]); };
  try {
    const uniHash = !window.__uniConfig || !window.__uniConfig.router || window.__uniConfig.router.mode !== "history";
    for (const route of window.__uniRoutes || []) add(route.path || (route.meta && "/" + route.meta.route), uniHash);
    for (const element of doc.querySelectorAll("#app,[data-v-app],#root,body>div")) {
      const third = element.__vue_app__ && element.__vue_app__.config.globalProperties.$router;
      if (third) for (const route of third.getRoutes()) add(route.path, String(third.options.history.base || "").includes("#"));
      const second = element.__vue__ && element.__vue__.$router;
      const walk = (routes, base) => { for (const route of routes || []) { const path = route.path.startsWith("/") ? route.path : base.replace(/\/$/, "") + "/" + route.path; add(path, second.mode === "hash"); walk(route.children, path); } };
      if (second) walk(second.options.routes, "");
    }
  } catch { /* another kind of router */ }
  return found;
}
