// A check and its places go together: without its places a check says nothing, without the check its places are not asked for.
"use strict";
for (const set of document.querySelectorAll("fieldset.items")) {
  const whole = set.querySelector('input[name="check"]');
  const places = [...set.querySelectorAll('input[name="place"]')];
  // Which places the check begins with, though none shows as taken while the check is not.
  const first = places.filter((one) => one.defaultChecked);
  const take = (taken) => { for (const one of places) one.checked = taken.includes(one); };
  if (!whole.checked) take([]);
  whole.addEventListener("change", () => take(whole.checked ? (first.length ? first : places) : []));
  for (const one of places) one.addEventListener("change", () => {
    if (one.checked) whole.checked = true;
    else if (places.every((other) => !other.checked)) whole.checked = false;
  });
}

// Fields that only one kind of paper has are there with that kind.
const kind = document.getElementById("kind");
const fit = () => { for (const one of document.querySelectorAll("[data-kind]")) one.hidden = one.dataset.kind !== kind.value; };
kind.addEventListener("change", fit);
fit();
