// A check and its places go together: without its places a check says nothing, without the check its places are not asked for.
"use strict";
for (const set of document.querySelectorAll("fieldset.items")) {
  const whole = set.querySelector('input[name="check"]');
  const places = [...set.querySelectorAll('input[name="place"]')];
  whole.addEventListener("change", () => {
    if (whole.checked && places.every((one) => !one.checked)) for (const one of places) one.checked = true;
  });
  for (const one of places) one.addEventListener("change", () => {
    if (one.checked) whole.checked = true;
    else if (places.every((other) => !other.checked)) whole.checked = false;
  });
}
