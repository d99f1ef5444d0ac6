"""What pages and the API show of papers, and making one. Knows no template."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from appscan.errors import UnreadableError, UsageError
from appscan.model.days import beijing_day
from appscan.model.judgement import Verdict
from appscan.office.listing import fingerprint_of
from appscan.office.papers import PaperForm, chosen_at_first
from appscan.office.standing import on_day
from appscan.report.exempted import Exempted
from appscan.report.paper.choosing import Chosen, Mark, Reviewed, marks_of
from appscan.report.paper.findings import BESIDE
from appscan.report.paper.layout import PaperKind
from appscan.report.paper.recheck import ITEMS
from appscan.report.places import place_told
from appscan.report.words import check_title
from appscan.serve import sessions
from appscan.serve.aside import Aside
from appscan.serve.paper_work import EVIDENCE, PREVIOUS, REPORT
from appscan.serve.refusals import Refused
from appscan.store import Decision, Event, EventKind, Store, StoredReport
from appscan.texts import Language, say, shown

SECONDS = 180.0
PLACES_SHOWN = 100
"""Of one check; further places are in the paper with it, or out."""
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PaperOrder:
    """What is asked of a paper. `previous` is the number of an earlier report, 0 for none; a deadline is for notices
    only, `advice` (a word of ADVICE, "" for none) for opinions only."""

    report: int
    kind: PaperKind
    form: PaperForm
    lang: Language
    chosen: Chosen
    deadline: date | None = None
    previous: int = 0
    office: str = ""
    number: str = ""
    signer: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """A place that a paper can speak of: where it is, what was seen, what people decided, and whether it is chosen."""

    mark: str
    where: str
    quotes: tuple[str, ...]
    state: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class CheckChoice:
    """The items of one check. `more` counts places that are not shown one by one."""

    check_id: str
    title: str
    verdict: str
    places: tuple[PlaceChoice, ...]
    more: int

    @property
    def is_chosen(self) -> bool:
        """Whether any of its places is."""
        return any(one.is_chosen for one in self.places)


@dataclass(frozen=True, slots=True)
class Standing:
    """A stored report with today's exemptions laid over it."""

    stored: StoredReport
    document: Document

    @property
    def name(self) -> str:
        """What people call its app."""
        return self.stored.app or self.stored.entry


def stands(store: Store, report: int, day: date) -> Standing:
    """A report as it stands on a day. Raises Refused 404."""
    found = store.report(report)
    if found is None:
        raise Refused(404, "not_there")
    return Standing(found, on_day(store, found, day))


def states_of(store: Store, standing: Standing) -> dict[Mark, str]:
    """What people decided of the items of a report."""
    entry = standing.stored.entry
    names = {entry, store.lists.strays().get(entry, entry)}
    decided = {mark: Decision(event.content["decision"]).state.value
               for (_, mark), event in store.reviews(names).items()}
    found = {}
    for check, mark in marks_of(standing.document):
        fingerprint = mark or fingerprint_of({"check_id": check}, None)
        if fingerprint in decided:
            found[check, mark] = decided[fingerprint]
    return found


def reviewed(store: Store, standing: Standing) -> Reviewed:
    """What people decided of every item of a report."""
    states = states_of(store, standing)
    return {mark: states.get(mark, "open") for mark in marks_of(standing.document)}


def beside(standing: Standing, lang: Language) -> list[str]:
    """The checks that an opinion tells beside its items."""
    return [check_title(standing.document, row["check_id"], lang) for row in standing.document["verdicts"]
            if Verdict(row["verdict"]) in BESIDE]


def choices(store: Store, standing: Standing, lang: Language, chosen: Chosen | None = None) -> list[CheckChoice]:
    """All items of a report by check, the worst first; chosen are those given, else those that stand to reason."""
    document, states = standing.document, states_of(store, standing)
    picked = chosen_at_first(document, states) if chosen is None else chosen
    verdicts = {row["check_id"]: Verdict(row["verdict"]) for row in document["verdicts"]}
    by_check: dict[str, dict[str, PlaceChoice]] = {}
    for check, mark, where, quotes in _places(document, lang):
        by_check.setdefault(check, {}).setdefault(mark, PlaceChoice(
            mark, where, quotes, states.get((check, mark), "open"), (check, mark) in picked))
    made = [CheckChoice(check, check_title(document, check, lang), verdicts[check].value,
                        tuple(places.values())[:PLACES_SHOWN], max(0, len(places) - PLACES_SHOWN))
            for check, places in by_check.items()]
    return sorted(made, key=lambda one: (-Verdict(one.verdict).severity, one.check_id))


def _places(document: Document, lang: Language) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    exempted, placed, asked = Exempted(document), set(), frozenset(marks_of(document))
    for finding in document["findings"]:
        if Verdict(finding["verdict"]) in ITEMS:
            for occurrence in finding["occurrences"]:
                placed.add(finding["check_id"])
                if (finding["check_id"], occurrence["fingerprint"]) not in asked:
                    continue
                told = place_told(finding, occurrence, exempted, lang)
                yield finding["check_id"], told.fingerprint, told.where, told.quotes
    for row in document["verdicts"]:
        if Verdict(row["verdict"]) in ITEMS and row["check_id"] not in placed:
            yield row["check_id"], "", say(lang, "paper.whole_app"), ()


def chosen_from(standing: Standing, offered: list[CheckChoice], checks: set[str], places: set[str]) -> Chosen:
    """The items that a form asks for: of each check that is ticked, the places that are ticked, and those that the form
    did not show."""
    told = {one.check_id: {place.mark for place in one.places} for one in offered}
    return frozenset((check, mark) for check, mark in marks_of(standing.document)
                     if check in checks and (f"{check}:{mark}" in places or mark not in told.get(check, set())))


def earlier(store: Store, standing: Standing) -> list[StoredReport]:
    """Reports of the same app before this one, the last first."""
    own = standing.stored
    found = store.reports(latest=False, entries=[own.entry])
    return sorted((one for one in found if one.id != own.id and one.recorded <= own.recorded),
                  key=lambda one: (one.recorded, one.id), reverse=True)


def make_paper(store: Store, aside: Aside, order: PaperOrder, who: str) -> int:
    """Make a paper, keep it among the blobs and say so in an event, whose number is the paper's. Raises Refused 404 and
    422, and AppscanError where it cannot be made."""
    now = sessions.now()
    standing = stands(store, order.report, now.date())
    name = paper_name(standing, order, now)
    with tempfile.TemporaryDirectory(prefix="appscan-paper-") as kept:
        folder = Path(kept)
        (folder / REPORT).write_text(json.dumps(standing.document, ensure_ascii=False), "utf-8", errors="replace")
        if order.previous:
            _lay_previous(store, standing, order.previous, folder)
        _lay_pictures(store, standing.document, folder)
        is_notice = order.kind is PaperKind.NOTICE
        asked = {"kind": order.kind, "form": order.form, "lang": order.lang, "chosen": sorted(order.chosen),
                 "reviewed": [[*mark, state] for mark, state in reviewed(store, standing).items()],
                 "deadline": order.deadline.isoformat() if order.deadline and is_notice else "",
                 "advice": "" if is_notice else order.advice, "office": order.office,
                 "number": order.number, "signer": order.signer, "name": standing.name}
        answer = aside.run("print_paper", folder, asked, SECONDS)
        digest = store.put_blob(folder / answer["file"])
    return store.record(Event(EventKind.PAPER_MADE, standing.stored.entry, who, now, content={
        "report": order.report, "previous": order.previous, "app": standing.name, "kind": order.kind,
        "form": order.form, "lang": order.lang, "name": name, "digest": digest, "size": answer["size"],
        "deadline": asked["deadline"], "advice": asked["advice"], "office": order.office, "number": order.number,
        "signer": order.signer,
        "items": [list(one) for one in sorted(order.chosen)]}))


def paper_name(standing: Standing, order: PaperOrder, now: datetime) -> str:
    """What the file is called."""
    kind = say(order.lang, f"desk.papers.kind.{order.kind}")
    app = "".join(letter for letter in shown(standing.name, 60) if letter.isalnum() or letter in "-_ ·（）()")
    return f"{kind}-{app}-{now:%Y%m%d}.{order.form}"


def papers(store: Store, most: int, beyond: int, entry: str = "") -> list[Event]:
    """Papers that were made, the last first; of one app where it is named."""
    return store.newest_events(most, beyond, EventKind.PAPER_MADE, subject=entry or None)


def paper(store: Store, number: int) -> Event:
    """One paper. Raises Refused 404."""
    event = store.event(number)
    if event is None or event.kind is not EventKind.PAPER_MADE:
        raise Refused(404, "not_there")
    return event


def paper_document(event: Event) -> Mapping[str, Any]:
    """A paper as JSON; the file lies under its number."""
    content = event.content
    return {"number": event.id, "entry": event.subject, "who": event.who, "when": event.when,
            **{name: content[name] for name in ("report", "previous", "app", "kind", "form", "lang", "name", "digest",
                                                "size", "deadline", "office", "signer")},
            "document_number": content["number"], "advice": content.get("advice", ""),
            "items": [{"check": check, "fingerprint": mark} for check, mark in content["items"]]}


def _lay_previous(store: Store, standing: Standing, number: int, folder: Path) -> None:
    before = store.report(number)
    if before is None or before.id not in {one.id for one in earlier(store, standing)}:
        raise UsageError("paper_previous_unknown", report=number)
    document = on_day(store, before, beijing_day(before.recorded))
    (folder / PREVIOUS).write_text(json.dumps(document, ensure_ascii=False), "utf-8", errors="replace")


def _lay_pictures(store: Store, document: Document, folder: Path) -> None:
    """The pictures of the report that the store has; what is not there is quoted in words instead."""
    for kept in document.get("pictures", ()):
        try:
            content = store.get_blob(str(kept["sha256"])) if store.has_blob(str(kept["sha256"])) else None
        except (UsageError, UnreadableError):
            content = None
        if content is not None:
            (folder / EVIDENCE).mkdir(exist_ok=True)
            (folder / EVIDENCE / f"{kept['sha256']}.png").write_bytes(content)
