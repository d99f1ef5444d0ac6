"""Folder of packs → CheckSet, or the first error of it. Knows no reading and no verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from appscan.checks.documents import digest_of_files, read_documents
from appscan.checks.features import parse_check
from appscan.checks.limits import parse_limit
from appscan.checks.pack import CheckSet
from appscan.checks.source import Source
from appscan.checks.vocabulary import FILES, WORDS, parse_clauses, parse_vocabulary, parse_word_lists
from appscan.errors import PackError

VERSION = "pack.yaml"
FEATURES, LIMITS, REGULATIONS = "features", "limits", "regulations"


def shipped_folder() -> Path:
    """Folder of the packs that come with the program: appscan/packs/ in a wheel, checks/ in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "packs"
    return installed if installed.is_dir() else package.parent / "checks"


def load(folder: Path | None = None) -> CheckSet:
    """Load and lint every pack below `folder` (None: the shipped ones). Raises PackError with file, line and fix."""
    root = folder if folder is not None else shipped_folder()
    documents = dict(read_documents(root))
    if not documents:
        raise PackError("pack_wrong", file=str(root), line=0, reason="no_packs", fix="no_packs")
    _known(documents)
    proven = folder is None
    vocabulary = parse_vocabulary(documents, proven=proven)
    clauses = parse_clauses(_in(documents, REGULATIONS))
    shared = Source(WORDS, parse_word_lists(documents, proven=proven), proven=proven)
    checks = [parse_check(name, node, vocabulary, clauses, shared) for name, node in _in(documents, FEATURES)]
    limits = [parse_limit(name, node) for name, node in _in(documents, LIMITS)]
    _unique([check.id for check in checks], [limit.id for limit in limits])
    digest = digest_of_files(root)
    return CheckSet(tuple(checks), tuple(limits), vocabulary, clauses, digest, _version(documents),
                    shipped=folder is None or digest == digest_of_files(shipped_folder()))


def _version(documents: dict[str, dict[str, Any]]) -> str:
    """What people call this pack; "0" without the file that says it."""
    if VERSION not in documents:
        return "0"
    source = Source(VERSION)
    source.known(documents[VERSION], {"version"})
    return str(source.word(documents[VERSION], "version"))


def lint(folder: Path) -> list[PackError]:
    """The first error of the packs below `folder`, or nothing."""
    try:
        load(folder)
    except PackError as error:
        return [error]
    return []


def _in(documents: dict[str, dict[str, Any]], folder: str) -> list[tuple[str, dict[str, Any]]]:
    return [(name, node) for name, node in documents.items() if name.startswith(folder + "/")]


def _known(documents: dict[str, dict[str, Any]]) -> None:
    """A file that nobody reads is a mistake: its author believes it counts."""
    for name in documents:
        folder, _, file = name.rpartition("/")
        if name not in FILES | {VERSION} and folder not in (FEATURES, LIMITS, REGULATIONS):
            Source(name).fail(0, "file_unknown", name=file, known=f"{FEATURES}/, {LIMITS}/, {REGULATIONS}/")


def _unique(checks: list[str], limits: list[str]) -> None:
    twice = sorted(set(checks) & set(limits))
    if twice:
        Source(f"{LIMITS}/{twice[0]}.yaml").fail(1, "id_twice", id=twice[0])
