// The count is being worked out again: the page is loaded again once it is there. While a sweep
// runs it is never there; nobody is kept signed in by that.
"use strict";
let left = 30;
async function look() {
  try {
    const answer = await fetch("/api/overview");
    if (!answer.ok) return;
    if (!(await answer.json()).is_behind) {
      location.reload();
      return;
    }
  } catch (away) {
    // The server is away for a moment; the next look tells.
  }
  if (--left) setTimeout(look, 2000);
}
setTimeout(look, 1000);
