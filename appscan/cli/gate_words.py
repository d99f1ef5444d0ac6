"""What a gate decided, in the forms that people and build servers read. Decides nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from appscan.report.words import app_name, check_title
from appscan.texts import Language, say, shown

if TYPE_CHECKING:
    from appscan.gate.decide import Entry, GateResult, Outcome

Document = dict[str, Any]
SHOWN = 60
"""So many lines of one kind are printed; the rest is counted."""

NAMED = 120
_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~])")


class GateWords:
    """Names apps and checks as the reports do, with their ids in brackets, which files and options take."""

    def __init__(self, documents: Sequence[Document], lang: Language) -> None:
        from appscan.gate.apps import key_of

        self._lang: Language = lang
        self._apps = {key_of(one): app_name(one, lang) for one in reversed(documents)}
        self._checks = {check["id"]: check_title(one, check["id"], lang)
                        for one in documents for check in one["checks"]}
        self._paths = {key_of(one): one["artifacts"][0]["name"] for one in documents if one["artifacts"]}

    def app(self, key: str) -> str:
        """Name of an app, with its key where that says more."""
        return self._named(self._apps.get(key, key), key)

    def check(self, check_id: str) -> str:
        """Title of a check, with its id."""
        return self._named(self._checks.get(check_id, check_id), check_id)

    def told(self, entry: Entry) -> str:
        """One entry without its app."""
        lang = self._lang
        verdict = say(lang, f"verdicts.{entry.verdict}") if entry.verdict else ""
        detail = say(lang, f"gate.record.{entry.detail}") if entry.kind == "exemption" else entry.detail
        return say(lang, f"gate.kind.{entry.kind}", check=self.check(entry.check_id), verdict=verdict, detail=detail,
                   fingerprint=entry.fingerprint, record=entry.record)

    def line(self, entry: Entry, *, marked: bool = False) -> str:
        """One entry on a line; `marked` makes it an item of Markdown, in which what an app says is no markup."""
        mark = say(self._lang, f"gate.mark.{'gone' if entry.kind == 'gone' else entry.outcome}")
        text = say(self._lang, "gate.line", app=self.app(entry.app), told=self.told(entry))
        return f"- {mark} " + _SIGNS.sub(r"\\\1", text) if marked else f"{mark} {text}"

    def lines(self, result: GateResult, *, marked: bool) -> list[str]:
        """Everything that a gate has to say, worst first, and all counts."""
        from appscan.gate.decide import Outcome

        lang = self._lang
        head = say(lang, f"gate.outcome.{result.outcome}")
        lines = [f"## {head}" if marked else head]
        for outcome in Outcome:
            entries = [entry for entry in result.entries if entry.outcome is outcome]
            lines += [self.line(entry, marked=marked) for entry in entries[:SHOWN]]
            if len(entries) > SHOWN:
                lines.append(say(lang, "gate.more", count=len(entries) - SHOWN))
        for app, blind, errors in result.unseen:
            if blind or errors:
                told = say(lang, "gate.unseen", app=self.app(app), blind=blind, errors=errors)
                lines.append(("- " if marked else "") + told)
        counts = {str(outcome): result.count(outcome) for outcome in Outcome}
        return [*lines, *([""] if marked else []), say(lang, "gate.counts", **counts, gone=result.gone)]

    def code_quality(self, result: GateResult) -> list[dict[str, Any]]:
        """What stops or is told, in the form that GitLab shows beside a merge request (Code Climate issues). What a
        baseline or an accepted exemption lets through is none."""
        severity = _severities()
        return [{"type": "issue", "check_name": entry.check_id or entry.kind.value, "description": self.line(entry),
                 "severity": severity[entry.outcome],
                 "fingerprint": _mark(entry),
                 "location": {"path": self._paths.get(entry.app, entry.app), "lines": {"begin": 1}}}
                for entry in result.entries if entry.outcome in severity]

    def _named(self, name: str, key: str) -> str:
        name, key = shown(name, NAMED), shown(key, NAMED)
        return key if not name or name == key else say(self._lang, "gate.named", name=name, key=key)


def _mark(entry: Entry) -> str:
    """By which GitLab knows an issue again; of two with one mark it shows one."""
    what = entry.fingerprint or f"{entry.kind} {entry.detail} {entry.record}"
    return hashlib.sha256(f"{entry.app}\n{entry.check_id}\n{what}".encode("utf-8", "replace")).hexdigest()[:32]


def _severities() -> dict[Outcome, str]:
    from appscan.gate.decide import Outcome

    return {Outcome.FAIL: "major", Outcome.UNSEEN: "minor", Outcome.WARN: "info"}


def gate_document(result: GateResult) -> dict[str, Any]:
    """What a gate decided, for programs."""
    return {"gate_version": 1, "outcome": result.outcome.value, "entries": [asdict(one) for one in result.entries],
            "unseen": [{"app": app, "blinding_gaps": blind, "errors": errors} for app, blind, errors in result.unseen]}
