// Asks how far the scan is, once a second; what the page says is renewed when its state changes. A server that is away or
// busy meanwhile is asked again: the page is never left for one that nobody answers.
"use strict";
const over = [401, 403, 404];
async function renew() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.querySelector("main").replaceWith(page.querySelector("main"));
}
async function look() {
  const bar = document.getElementById("share");
  if (!bar) return;
  try {
    const answer = await fetch("/api/scans/" + bar.dataset.job);
    if (over.includes(answer.status)) return;
    const job = answer.ok ? await answer.json() : null;
    const stage = document.getElementById("stage");
    if (job && job.state !== bar.dataset.state) {
      await renew();
    } else if (job) {
      bar.value = job.share;
      if (stage.textContent !== job.stage_text) stage.textContent = job.stage_text;
    }
  } catch (away) {
    // The server is away for a moment; the next look tells.
  }
  setTimeout(look, 1000);
}
setTimeout(look, 1000);
