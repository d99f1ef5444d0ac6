"""Claims about inventories: what they name and a sweep does not look at is told by name."""

from __future__ import annotations

from pathlib import Path

from appscan.model.registry import ArtifactKey, Entry, Platform
from appscan.sweep.inventory import Omissions, Rules, tasks_of_entries
from appscan.sweep.tasks import Place

RULES = Rules("", {}.get)


def test_what_is_not_looked_at_is_told_by_name(tmp_path: Path) -> None:
    page = "https://a.invalid/"
    entries = [
        Entry("A", "虚构", owner="虚构", artifacts=(ArtifactKey(Platform.ANDROID, path="a.apk", url=page),)),
        Entry("B", "虚构", owner="虚构", artifacts=(ArtifactKey(Platform.MINIPROGRAM, miniprogram="wx1", url=page),)),
        Entry("C", "虚构", owner="虚构", artifacts=(ArtifactKey(Platform.WEB, url=page),)),
        *(Entry(f"D{number}", "虚构", owner="虚构") for number in range(7))]
    omissions = Omissions()
    tasks = list(tasks_of_entries(entries, tmp_path, RULES, omissions))
    assert [(task.entry, task.thing.place) for task in tasks] == [("A", Place.FILE), ("C", Place.SITE)]
    assert omissions.left.told() == {"count": 2, "names": f"A {page}, B {page}"}
    assert omissions.empty.told() == {"count": 8, "names": "B, D0, D1, D2, D3 …"}
