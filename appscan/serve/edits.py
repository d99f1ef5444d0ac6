"""Trying an edit of a check on what the store keeps. Knows no template."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appscan.errors import PackError, UsageError
from appscan.serve.aside import Aside
from appscan.serve.edit_work import FOUND, HEAD, READINGS
from appscan.serve.packs import Packs
from appscan.serve.settings import MEGABYTE
from appscan.store import Store
from appscan.store.values import KeptReading
from appscan.texts import Language

SECONDS = 120.0
LONGEST_EDIT = 256 << 10
FEATURES = "features"


class WrongEditError(PackError):
    """The pack that somebody sent is wrong; those of the desk may well be right."""


@dataclass(frozen=True, slots=True)
class AppDifference:
    """What an edit changes on one reading: check by check, as `bench.edit.difference_document`."""

    kept: KeptReading
    differences: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of trying an edit. `touched` are the checks that can come out differently, `everything` says that all
    can; `surprises` are examples of theirs that fail; `read` of `asked` readings were judged, `unread` cannot be read;
    `is_over` False where the time was up before the last of them."""

    touched: tuple[str, ...]
    everything: bool
    surprises: tuple[Mapping[str, Any], ...]
    apps: tuple[AppDifference, ...]
    asked: int
    read: int
    unread: int
    is_over: bool

    def count(self, name: str) -> int:
        """How many differences are `added` or `dropped`."""
        return sum(bool(one[name]) for app in self.apps for one in app.differences)


def source_of(packs: Packs, check: str) -> str:
    """The YAML of a check. Raises UsageError `edit_nothing` where the packs have no such file."""
    known = {one.id for one in packs.now().checks}
    path = packs.folder / FEATURES / f"{check}.yaml"
    if check not in known or not path.is_file():
        raise UsageError("edit_nothing", path=check)
    return path.read_text("utf-8")


def try_edit(store: Store, aside: Aside, packs: Packs, edit: Edit) -> Tried:
    """Try it on the readings of the last reports. Raises WrongEditError, UsageError."""
    source_of(packs, edit.check)
    kept = store.newest_readings(edit.readings)
    with tempfile.TemporaryDirectory(prefix="appscan-edit-") as made:
        folder = Path(made)
        file = folder / FEATURES / f"{edit.check}.yaml"
        file.parent.mkdir()
        file.write_text(edit.text.replace("\r\n", "\n"), "utf-8")
        there = _fetched(store, kept, folder / READINGS)
        asked = {"file": f"{FEATURES}/{file.name}", "checks": str(packs.folder) if packs.own else "", "place": "CN",
                 "lang": edit.lang}
        is_over = True
        try:
            aside.run("try_edit", folder, asked, SECONDS)
        except PackError as error:
            raise WrongEditError(error.key, **error.params) from None
        except UsageError as error:
            if error.key != "aside_too_long" or not (folder / HEAD).is_file():
                raise
            is_over = False
        return _tried(folder, there, len(kept), is_over)


@dataclass(frozen=True, slots=True)
class Edit:
    """The new text of a check's file, and on how many readings it shall be tried."""

    check: str
    text: str
    readings: int
    lang: Language


def _fetched(store: Store, kept: Sequence[KeptReading], folder: Path) -> dict[str, KeptReading]:
    """The readings as files, by the name of the file; those that the store has lost are left out."""
    folder.mkdir()
    there = {}
    for number, one in enumerate(kept):
        if not store.has_blob(one.reading):
            continue
        name = f"{number:04}"
        with store.open_blob(one.reading) as blob, (folder / f"{name}.reading").open("wb") as file:
            shutil.copyfileobj(blob, file, MEGABYTE)
        there[name] = one
    return there


def _tried(folder: Path, there: Mapping[str, KeptReading], asked: int, is_over: bool) -> Tried:
    head = json.loads((folder / HEAD).read_text("utf-8"))
    lines = (folder / FOUND).read_text("utf-8").splitlines() if (folder / FOUND).is_file() else []
    found = [json.loads(line) for line in lines if line.endswith("}")]
    read = [one for one in found if "fault" not in one]
    apps = tuple(AppDifference(there[one["reading"]], tuple(one["differences"])) for one in read if one["differences"])
    return Tried(tuple(head["touched"]), head["everything"], tuple(head["surprises"]), apps, asked, len(read),
                 asked - len(there) + len(found) - len(read), is_over)
