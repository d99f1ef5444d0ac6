"""The command ingest: finds reports, takes each in, tells what became of it. Owns no rule."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appscan.cli.console import Console
from appscan.cli.exits import ExitCode
from appscan.cli.stores import acting, now, opened
from appscan.errors import UsageError
from appscan.texts import Language, say, say_error

if TYPE_CHECKING:
    from appscan.office.ingest import Taken, Terms
    from appscan.store import Store

REPORT = "report.json"


@dataclass(frozen=True, slots=True)
class Order:
    """The command line of one ingest."""

    store: str
    blobs: str
    artifacts: tuple[Path, ...]
    entry: str
    judge: bool
    checks: Path | None
    who: str
    as_json: bool


def ingest(given: Sequence[Path], order: Order, console: Console) -> ExitCode:
    """Take in reports, each on its own: 0 where all are in, 10 where some were refused, 3 where all were. Raises
    UsageError for what is wrong before the first, UnavailableError where the store goes away; then the same command
    goes on."""
    from appscan.office.ingest import Terms, digests_of
    from appscan.office.matching import Register

    paths = list(_paths(given))
    if not paths:
        raise UsageError("ingest_nothing", paths=", ".join(map(str, given)))
    if order.entry and len(paths) > 1:
        raise UsageError("entry_for_several", entry=order.entry, count=len(paths))
    if order.checks is not None and not order.judge:
        raise UsageError("checks_without_judge")
    checks = None
    if order.judge:
        from appscan.checks import load

        checks = load(order.checks)
    artifacts = digests_of(order.artifacts)
    with opened(order.store, order.blobs, create=True) as store:
        terms = Terms(acting(order.who), now(), Register(store.entries()), artifacts, order.entry, checks)
        counts: Counter[str] = Counter(_one(store, path, terms, order, console) for path in paths)
    console.result([say(console.lang, "ingest.sum", total=len(paths), new=counts["new"], known=counts["known"],
                        refused=counts["refused"])])
    if not counts["refused"]:
        return ExitCode.OK
    return ExitCode.UNDECIDED if counts["new"] + counts["known"] else ExitCode.NOTHING_READ


def _paths(given: Sequence[Path]) -> Iterator[Path]:
    """Files as they are, and every report.json in a folder."""
    for path in given:
        if path.is_dir():
            yield from sorted(path.rglob(REPORT))
        else:
            yield path


def _one(store: Store, path: Path, terms: Terms, order: Order, console: Console) -> str:
    from appscan.office.ingest import take_in
    from appscan.report.given import read_report

    try:
        taken = take_in(store, read_report(path), terms)
    except UsageError as error:
        if error.key.startswith("store_"):
            raise
        console.failure(error)
        _print(order, {"file": str(path), "error": error.key, "line": say_error(console.lang, error)})
        return "refused"
    console.result(_lines(path, taken, console.lang))
    _print(order, {
        "file": str(path), "entry": taken.entry, "listed": taken.is_listed, "report": taken.added.id,
        "new": taken.added.is_new, "overall": taken.overall.value, "standing": "claimed",
        "office": {"report": taken.judged.id, "new": taken.judged.is_new, "overall": taken.office}
        if taken.judged else None, "notes": [{"id": one.id, "params": dict(one.params)} for one in taken.notes]})
    return "new" if taken.added.is_new else "known"


def _print(order: Order, row: dict[str, Any]) -> None:
    if order.as_json:
        print(json.dumps(row, ensure_ascii=False), flush=True)


def _lines(path: Path, taken: Taken, lang: Language) -> Iterator[str]:
    state = "new" if taken.added.is_new else "known"
    place = "listed" if taken.is_listed else "unlisted"
    yield say(lang, f"ingest.{state}", name=path, verdict=say(lang, f"verdicts.{taken.overall}"),
              place=say(lang, f"ingest.{place}", entry=taken.entry))
    if taken.judged is not None:
        yield "  " + say(lang, "ingest.judged", verdict=say(lang, f"verdicts.{taken.office}"))
    for note in taken.notes:
        yield "  " + say(lang, f"errors.{note.id}", **note.params)
