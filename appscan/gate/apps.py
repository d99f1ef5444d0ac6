"""By what names the app of a report is known again, and that a report stands for it alone. Knows no verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from appscan.errors import UsageError
from appscan.report.given import GivenReport

Json = Mapping[str, Any]


def names_of(document: Json) -> set[str]:
    """Product id, packages, and name."""
    names = {document["product"], document["app"]["name"], *(one["package"] for one in document["artifacts"])}
    return {name for name in names if name}


def key_of(document: Json) -> str:
    """The steadiest name: product id, else package, else name of the app."""
    package = next((one["package"] for one in document["artifacts"] if one["package"]), "")
    return str(document["product"] or package or document["app"]["name"])


def refuse_twins(reports: Iterable[GivenReport], *, by_kind: bool = False) -> None:
    """Raises UsageError `report_twins` where two reports are of one app: everything of it would count twice, and the
    older would speak for a package that is not released. `by_kind`: its package and its site may have one each."""
    first: dict[tuple[str, frozenset[str]], GivenReport] = {}
    for report in reports:
        app = key_of(report.document)
        key = app, frozenset(one["kind"] for one in report.document["artifacts"] if by_kind)
        if key in first:
            raise UsageError("report_twins", first=str(first[key].path), second=str(report.path), app=app)
        first[key] = report
