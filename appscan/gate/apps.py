"""By what names the app of a report is known again. Knows no verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]


def names_of(document: Json) -> set[str]:
    """Product id, packages, and name."""
    names = {document["product"], document["app"]["name"], *(one["package"] for one in document["artifacts"])}
    return {name for name in names if name}


def key_of(document: Json) -> str:
    """The steadiest name: product id, else package, else name of the app."""
    package = next((one["package"] for one in document["artifacts"] if one["package"]), "")
    return str(document["product"] or package or document["app"]["name"])
