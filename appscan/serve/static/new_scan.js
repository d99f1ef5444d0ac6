// Shows what the count would become while the form is filled in, and lets both other forms carry what it says.
"use strict";
const proposal = document.getElementById("proposal");
const effect = document.getElementById("effect");
let asked = 0;

function told() {
  const all = new URLSearchParams(new FormData(proposal));
  const audience = all.getAll("audience").join(",");
  all.delete("audience");
  if (audience) all.set("audience", audience);
  return all;
}

function carry() {
  const all = told();
  for (const field of document.querySelectorAll("[data-carried]")) field.value = all.get(field.name) || "";
}

async function look() {
  const mine = ++asked;
  try {
    const answer = await fetch("/scans/effect?" + told());
    const page = await answer.text();
    if (answer.ok && mine === asked) effect.innerHTML = page;
  } catch (away) {
    // The server is away for a moment; the button asks again.
  }
}

let pause;
proposal.addEventListener("input", () => {
  carry();
  clearTimeout(pause);
  pause = setTimeout(look, 400);
});
carry();
