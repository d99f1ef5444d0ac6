// Keys of the queue and of one finding. Everything they do can be done without them.
"use strict";
const rows = [...document.querySelectorAll("[data-rows] tr")];
const form = document.querySelector("form[data-review]");
let here = -1;

function mark(to) {
  if (!rows.length) return;
  if (here >= 0) rows[here].removeAttribute("aria-current");
  here = Math.max(0, Math.min(rows.length - 1, to));
  rows[here].setAttribute("aria-current", "true");
  const link = rows[here].querySelector("a");
  link.focus({ preventScroll: true });
  rows[here].scrollIntoView({ block: "nearest" });
}

function choose(target) {
  if (target.type === "radio") {
    target.checked = true;
    form.elements.reason.focus();
  } else {
    target.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const field = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select");
  if (event.key === "Escape" && field) field.blur();
  if (field) return;
  const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (target) {
    event.preventDefault();
    choose(target);
  } else if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    mark(here + (event.key === "j" ? 1 : -1));
  }
});
