"""Exemption records, read, proved, and laid over a report: as claims of a file, which never clear anything by
themselves, or as what the office granted, which does (seams.md, "Exemptions"). Knows no store."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import Any

from appscan.gate.apps import names_of
from appscan.judge.verdicts import worst
from appscan.model.folding import fold
from appscan.model.judgement import Verdict
from appscan.schema.written import Written, read_written

Document = dict[str, Any]
Json = Mapping[str, Any]

EXEMPTIONS = "exemptions-1"
EXEMPTABLE = frozenset({Verdict.LIKELY_VIOLATION, Verdict.NEEDS_REVIEW})
GROUNDS = {"special_scene": frozenset({"special_scene", "emergency"}), "necessity": frozenset({"necessity"})}
"""Ground of a record → grounds that a clause may leave open for it: article 13 knows special scenes, article 14
asks for necessity."""
_TITLED = re.compile(r"(.+)（(.+)）")
_BY_ARTICLE = {"13": "special_scene", "14": "necessity"}


class State(StrEnum):
    """What a record does in a report. The first two are verdicts too: what a finding is that the record covers."""

    GRANTED = "exempt"
    CLAIMED = "exempt_claimed"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    UNMATCHED = "unmatched"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Claim:
    """One record as it was written; `from_day` and `expires` are both included, `line` is where it begins in its
    file, 0 where it comes from none."""

    check_id: str
    app: str
    screen: str
    fingerprint: str
    ground: str
    from_day: date
    expires: date
    told: Mapping[str, str]
    line: int = 0

    def is_of(self, document: Json) -> bool:
        """Whether it names the app of a report: by product, package or name."""
        return fold(self.app) in {fold(name) for name in names_of(document)}

    def covers(self, occurrence: Json) -> bool:
        """Whether it names a place: by fingerprint, by screen, or all of them."""
        if self.fingerprint:
            return bool(occurrence["fingerprint"] == self.fingerprint)
        return not self.screen or fold(self.screen) in _names_of(occurrence["screen"])

    def overlaps(self, other: Claim) -> bool:
        """Whether both could speak of the same place on the same day; one that names no place speaks of all."""
        place, where = fold(self.screen) or self.fingerprint, fold(other.screen) or other.fingerprint
        same = (self.check_id, fold(self.app)) == (other.check_id, fold(other.app)) and (
            place == where or not place or not where)
        return same and self.from_day <= other.expires and other.from_day <= self.expires


def _names_of(screen: str) -> frozenset[str]:
    """What a screen is called: as the report shows it, and where that is a title with its class or address in brackets
    each of the two alone. A part of a name is no name: it would cover screens that nobody approved."""
    parted = _TITLED.fullmatch(screen)
    return frozenset(fold(name) for name in (screen, *(parted.groups() if parted else ()))) - {""}


def read_claims(path: Path, exists: Callable[[str], bool] | None = None) -> tuple[Claim, ...]:
    """The records of a file. Raises UsageError, with file and line, for what the schema refuses, days that are none or
    in the wrong order, two records that overlap, and checks that do not exist by what `exists` says: such a record
    would cover nothing, and nobody would know why."""
    written = read_written(path, EXEMPTIONS)
    for number, entry in enumerate(written.content["exemptions"]):
        if exists is not None and not exists(entry["check"]):
            raise written.fault("unknown_check", "exemptions", number, "check", check=entry["check"])
    claims = [_claim(written, index, entry) for index, entry in enumerate(written.content["exemptions"])]
    for (first, one), (second, other) in combinations(enumerate(claims), 2):
        if one.overlaps(other):
            raise written.fault("exemption_overlaps", "exemptions", second, other=written.line("exemptions", first))
    return tuple(claims)


def _claim(written: Written, index: int, entry: Mapping[str, str]) -> Claim:
    first, last = (_day(written, index, name, entry[name]) for name in ("from", "expires"))
    if last < first:
        raise written.fault("exemption_backwards", "exemptions", index, member="expires", given=entry["expires"])
    return Claim(entry["check"], entry["app"], entry.get("screen", ""), entry.get("fingerprint", ""), entry["ground"],
                 first, last, entry, written.line("exemptions", index))


def claim_of(record: Mapping[str, str]) -> Claim:
    """The claim in a record that `read_claims` proved before."""
    return Claim(record["check"], record["app"], record.get("screen", ""), record.get("fingerprint", ""),
                 record["ground"], date.fromisoformat(record["from"]), date.fromisoformat(record["expires"]), record)


def _day(written: Written, index: int, name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise written.fault("exemption_date", "exemptions", index, member=name, given=text) from None


def lay_over(document: Document, claims: Sequence[Claim], as_of: date) -> Document:
    """The report with the records of its app laid over it: a finding all of whose places are covered is
    `exempt_claimed`, and every record is listed with what it does. Earlier records of a file are replaced; grants that
    the report carries are claims here (`renewed`)."""
    document = beneath(document)
    own = [claim for claim in claims if claim.is_of(document)]
    records = [_record(document, claim, as_of, State.CLAIMED) for claim in own]
    kept = [_on_day(one, as_of) for one in document.get("exemptions", ()) if one["state"] == State.GRANTED]
    return _covered(document, kept + records, State.CLAIMED)


def grant(document: Document, granted: Sequence[Claim], as_of: date) -> Document:
    """The report with what the office granted its app laid over it: a finding all of whose places are covered is
    `exempt`. The caller has chosen the records of this app, and vouches that they come from the office's store. Claims
    that the report carries stay listed and cover nothing; grants that it carries are only somebody's word and go."""
    document = beneath(document)
    kept = [one for one in document.get("exemptions", ()) if one["state"] != State.GRANTED]
    records = [_record(document, claim, as_of, State.GRANTED) for claim in granted]
    return _covered(document, kept + records, State.GRANTED)


def beneath(document: Document) -> Document:
    """The report as it is beneath the claims laid over it."""
    def bare(row: Document) -> Document:
        without = {name: value for name, value in row.items() if name != "beneath"}
        return {**without, "verdict": row["beneath"]} if "beneath" in row else row

    verdicts = [bare(row) for row in document["verdicts"]]
    return {**document, "findings": [bare(finding) for finding in document["findings"]], "verdicts": verdicts,
            "overall": worst(Verdict(row["verdict"]) for row in verdicts).value}


def renewed(document: Document, as_of: date) -> Document:
    """The report with the claims that it carries looked at again on another day: what has expired covers nothing.
    Without the office's store, a grant is no more than what the report says of itself: a claim."""
    records = [_on_day(record, as_of) for record in document.get("exemptions", ())]
    return _covered(beneath(document), records, State.CLAIMED) if records else document


def unvouched(document: Document) -> Document:
    """The report with the grants that it carries as claims: without the office's store they are only its own word."""
    records = document.get("exemptions", ())
    if not any(record["state"] == State.GRANTED for record in records):
        return document
    claims = [{**one, "state": State.CLAIMED.value} if one["state"] == State.GRANTED else one for one in records]
    return _covered(beneath(document), claims, State.CLAIMED)


def _on_day(record: Document, as_of: date) -> Document:
    if record["state"] not in (State.CLAIMED, State.GRANTED):
        return record
    begins, ends = record.get("from", "0001-01-01"), record["expires"]
    state = State.EXPIRED if as_of.isoformat() > ends else State.NOT_YET if as_of.isoformat() < begins else None
    return {**record, "state": State.CLAIMED.value} if state is None else {
        **record, "state": state.value, "fingerprints": []}


def _covered(document: Document, records: list[Document], given: State) -> Document:
    """The report with what the records of one state cover."""
    covered = {(record["check_id"], mark) for record in records if record["state"] == given
               for mark in record["fingerprints"]}
    findings = [_exempted(finding, covered, given) for finding in document["findings"]]
    verdicts = [_settled(row, findings, document) for row in document["verdicts"]]
    return {**document, "findings": findings, "verdicts": verdicts, "exemptions": records,
            "overall": worst(Verdict(row["verdict"]) for row in verdicts).value}


def _record(document: Json, claim: Claim, as_of: date, given: State) -> Document:
    found = [finding for finding in document["findings"] if finding["check_id"] == claim.check_id
             and Verdict(finding["verdict"]) in EXEMPTABLE | {Verdict.EXEMPT_CLAIMED}]
    marks = sorted({place["fingerprint"] for finding in found for place in finding["occurrences"]
                    if claim.covers(place)})
    state = _idle(document, claim, bool(marks), as_of) or given
    told = {name: claim.told[name] for name in ("app", "ground", "reason", "regulation", "approver", "document",
                                                "owner", "from", "expires")}
    optional = {name: claim.told[name] for name in ("screen", "document_sha256") if claim.told.get(name)}
    return {"check_id": claim.check_id, "state": state.value, **told, **optional,
            "fingerprints": marks if state is given else []}


def _idle(document: Json, claim: Claim, has_places: bool, as_of: date) -> State | None:
    """Why a record does nothing; None where it does something."""
    if not fits_ground(document, claim):
        return State.REFUSED
    if as_of > claim.expires:
        return State.EXPIRED
    if as_of < claim.from_day:
        return State.NOT_YET
    return None if has_places else State.UNMATCHED


def fits_ground(document: Json, claim: Claim) -> bool:
    """Whether a clause of the check leaves the ground open: necessity is no ground under article 13, nor a special
    scene under article 14. Where the report does not say what its clauses leave open, their articles do."""
    return claim.ground in open_grounds(document, claim.check_id)


def open_grounds(document: Json, check_id: str) -> Mapping[str, Sequence[Json]]:
    """Grounds that a record of a check may have → the clauses of its findings that leave them open. Where nothing was
    found every ground: such a record is unmatched, whatever it says."""
    named = {clause for finding in document["findings"] if finding["check_id"] == check_id
             for clause in finding["clauses"]}
    if not named:
        return dict.fromkeys(GROUNDS, ())
    clauses = [clause for clause in document["clauses"] if clause["id"] in named]
    left = [(one.get("exemption") or _BY_ARTICLE.get(one["article"][:2], "none"), one) for one in clauses]
    found = {ground: [one for kind, one in left if kind in kinds] for ground, kinds in GROUNDS.items()}
    return {ground: several for ground, several in found.items() if several}


def _exempted(finding: Document, covered: set[tuple[str, str]], given: State) -> Document:
    verdict = Verdict(finding["verdict"])
    marks = [(finding["check_id"], place["fingerprint"]) for place in finding["occurrences"]]
    if verdict in EXEMPTABLE and marks and all(mark in covered for mark in marks):
        return {**finding, "verdict": Verdict(given.value).value, "beneath": verdict.value}
    return finding


def _settled(row: Document, findings: Sequence[Document], document: Json) -> Document:
    """The verdict of a check once its findings were exempted: the worst that is left."""
    own = [Verdict(finding["verdict"]) for finding in findings if finding["check_id"] == row["check_id"]]
    if Verdict(row["verdict"]) not in EXEMPTABLE or not {Verdict.EXEMPT, Verdict.EXEMPT_CLAIMED} & set(own):
        return row
    if document["errors"] or any(not one["reading_digest"] for one in document["artifacts"]):
        own.append(Verdict.INCONCLUSIVE)
    return {**row, "verdict": worst(own).value, "beneath": row["verdict"]}


def wrong_records(document: Json) -> Iterator[Json]:
    """Records of a report that do nothing: expired, not begun, unmatched, refused."""
    return (one for one in document.get("exemptions", ()) if one["state"] not in (
        Verdict.EXEMPT.value, Verdict.EXEMPT_CLAIMED.value))
