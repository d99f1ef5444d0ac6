"""A paper as DOCX that the office can edit, from its own template or the default one. Knows no report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from appscan.report.paper.layout import PaperKind
from appscan.report.paper.template import default_template, fill, open_template, packed
from appscan.texts import Language

if TYPE_CHECKING:
    from appscan.report.paper.paper import Paper


def to_docx(paper: Paper, template: bytes | None = None, name: str = "") -> bytes:
    """The paper as a file. `template` is the office's own, `name` its file for errors. Raises UsageError where the
    template is no DOCX or does not fit."""
    if template is None:
        document = default_template(paper.kind, paper.lang)
    else:
        document = open_template(template, name, paper.kind, paper.lang)
    fill(document, paper)
    document.core_properties.title = next(iter(paper.fields.values()), "")[:200]
    document.core_properties.author = document.core_properties.last_modified_by = "appscan"
    document.core_properties.created = document.core_properties.modified = datetime.now(UTC)
    document.core_properties.comments = ""
    return packed(document)


def blank_template(kind: PaperKind, lang: Language) -> bytes:
    """The default template as a file, to be edited."""
    return packed(default_template(kind, lang))
