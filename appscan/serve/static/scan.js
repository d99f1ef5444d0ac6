// Asks how far the scan is, once a second; the page is loaded again when its state changes.
"use strict";
const bar = document.getElementById("share");
const stage = document.getElementById("stage");
async function look() {
  try {
    const answer = await fetch("/api/scans/" + bar.dataset.job);
    if (!answer.ok) return;
    const job = await answer.json();
    if (job.state !== bar.dataset.state) {
      location.reload();
      return;
    }
    bar.value = job.share;
    if (stage.textContent !== job.stage_text) stage.textContent = job.stage_text;
  } catch (away) {
    // The server is away for a moment; the next look tells.
  }
  setTimeout(look, 1000);
}
setTimeout(look, 1000);
