"""Two reports of one app: what is new, gone or changed, and whether the app or the checks made the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from appscan.model.judgement import Verdict
from appscan.report.paper.recheck import Item, Recheck, State, recheck, same_app

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moved:
    """A check whose verdict changed; None where a report does not have the check."""

    check_id: str
    before: Verdict | None
    now: Verdict | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two reports. `causes` names what differs in how they came about: artifact, checks, reader,
    options, program, exemptions; where none does, the reports should say the same."""

    same_app: bool
    causes: tuple[str, ...]
    moved: tuple[Moved, ...]
    places: Recheck

    def items(self, state: State) -> tuple[Item, ...]:
        return tuple(item for item in self.places.items if item.state is state)

    @property
    def is_empty(self) -> bool:
        return not self.moved and not any(self.items(state) for state in (State.NEW, State.FIXED, State.CANNOT_TELL))


def compare(old: Json, new: Json) -> Difference:
    """Compare two proved report documents."""
    before, now = ({row["check_id"]: Verdict(row["verdict"]) for row in one["verdicts"]} for one in (old, new))
    moved = tuple(Moved(check_id, before.get(check_id), now.get(check_id)) for check_id in sorted(before | now)
                  if before.get(check_id) is not now.get(check_id))
    return Difference(same_app(old, new), tuple(_causes(old, new)), moved, recheck(old, new))


def _causes(old: Json, new: Json) -> list[str]:
    def members(name: str) -> list[set[str]]:
        return [{str(artifact[name]) for artifact in one["artifacts"]} for one in (old, new)]

    differing = {
        "artifact": members("sha256"), "reader": members("reader"),
        "checks": [one["tool"]["checks_digest"] for one in (old, new)],
        "options": [one["options_digest"] for one in (old, new)],
        "program": [one["tool"]["version"] for one in (old, new)],
        "exemptions": [sorted(map(_record_of, one.get("exemptions", ()))) for one in (old, new)],
    }
    return [name for name, (first, second) in differing.items() if first != second]


def _record_of(record: Json) -> tuple[str, ...]:
    """What an exemption record does and where."""
    return (record["check_id"], record["state"], record.get("document", ""), *sorted(record["fingerprints"]))
