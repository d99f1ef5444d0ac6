"""The pictures beside a report: taken only where their bytes have the digest that the report names, framed as the page
frames them. Knows no layout."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from appscan.pictures import LARGEST_FILE, Framed, can_develop, framed
from appscan.report.figure import Figure, Figures
from appscan.report.words import Json

FOLDER = "evidence"

_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Shot:
    """A framed picture: `sha256` names the file it was made from, `covered` counts places with personal data."""

    picture: Framed
    sha256: str
    covered: int
    actor: str


@dataclass(frozen=True, slots=True)
class Album:
    """The folder of a report, None where it was never saved: then there are no pictures."""

    folder: Path | None = None

    def content(self, sha256: str) -> bytes | None:
        """The bytes of a picture; None where it is missing, too large, or not the picture that the report names."""
        if self.folder is None or not _NAME.fullmatch(sha256):
            return None
        path = self.folder / FOLDER / f"{sha256}.png"
        try:
            if path.is_symlink() or path.stat().st_size > LARGEST_FILE:
                return None
            content = path.read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == sha256 else None

    def shot(self, figure: Figure) -> Shot | None:
        """The picture of a figure, framed; None where there is none."""
        if not can_develop():
            return None
        sha256 = digest_of(figure)
        content = self.content(sha256)
        frames = [(one.number, (one.x, one.y, one.width, one.height)) for one in figure.frames]
        picture = framed(content, figure.view, frames) if content else None
        return Shot(picture, sha256, figure.covered, figure.actor) if picture else None


def digest_of(figure: Figure) -> str:
    """The SHA-256 of the file that a figure shows."""
    return figure.file.rpartition("/")[2].removesuffix(".png")


def figure_of(document: Json, occurrence: Json) -> Figure | None:
    """The figure of an occurrence that shows most: with frames, else the first."""
    figures = Figures(document)
    for evidence in occurrence["evidence"]:
        if "seen" in evidence:
            figures.number_of(evidence["seen"], evidence["actor"])
    return next(iter(figures.arranged()), None)
