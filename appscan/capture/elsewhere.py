"""Data that pages wanted from hosts which may not be asked: where that is what a site lives on, it was not seen."""

from __future__ import annotations

from appscan.capture.journal import Journal

ASKED = ("xhr", "fetch")
LOOKS = ("text", "control", "title")


def tell_elsewhere(journal: Journal) -> None:
    """A gap that blinds where most pages asked another host for data, and none got any from their own."""
    wanted = {row["place"] for row in journal.gaps if row["reason"] == "remote_data"}
    urls = {state["url"] for state in journal.states}
    own = any(row["kind"] in ASKED and row["sent"] and 200 <= (row["status"] or 0) < 400 for row in journal.requests)
    if wanted and not own and len(wanted & urls) * 2 >= len(urls):
        origin = next(row["params"]["url"] for row in journal.gaps if row["reason"] == "remote_data")
        journal.gap("remote_data", list(LOOKS), "", blinds=True, url=origin)
