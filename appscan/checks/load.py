"""Folder of packs → CheckSet, or its mistakes. Knows no reading and no verdict."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from appscan.checks.applying import with_all_clauses
from appscan.checks.documents import digest_of_files, read_documents
from appscan.checks.faults import Faults
from appscan.checks.features import parse_check
from appscan.checks.limits import parse_limit
from appscan.checks.pack import CheckSet
from appscan.checks.regulations import PORTFOLIO, parse_clauses, parse_portfolio
from appscan.checks.source import Source
from appscan.checks.vocabulary import FILES, WORDS, parse_conditions, parse_vocabulary, parse_word_lists
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
    return _assembled(root, Faults(), proven=folder is None)


def lint(folder: Path) -> list[PackError]:
    """All mistakes of the packs below `folder` that can be told without mending another one first."""
    faults = Faults(keep=True)
    try:
        _assembled(folder, faults, proven=False)
    except PackError as error:
        faults.found.append(error)
    return faults.told()


def _assembled(root: Path, faults: Faults, *, proven: bool) -> CheckSet:
    documents = read_documents(root, faults)
    if not documents and not faults.found:
        raise PackError("pack_wrong", file=str(root), line=0, reason="no_packs", fix="no_packs")
    documents = _known(documents, faults)
    vocabulary = parse_vocabulary(documents, proven=proven, faults=faults)
    clauses = parse_clauses(_in(documents, REGULATIONS), faults)
    portfolio = parse_portfolio(documents, faults)
    lists = parse_word_lists(documents, proven=proven, faults=faults)
    conditions = parse_conditions(documents, lists, vocabulary.calls, proven=proven, faults=faults)
    shared = Source(WORDS, lists, conditions=conditions, proven=proven, faults=faults)
    checks = [check for name, node in _in(documents, FEATURES)
              if (check := faults.attempt(partial(parse_check, name, node, vocabulary, clauses, shared), None))]
    limits = [limit for name, node in _in(documents, LIMITS)
              if (limit := faults.attempt(partial(parse_limit, name, node), None))]
    faults.attempt(lambda: _unique([check.id for check in checks], [limit.id for limit in limits], portfolio), None)
    version = faults.attempt(lambda: _version(documents), "0")
    digest = digest_of_files(root)
    return CheckSet(tuple(with_all_clauses(check, clauses) for check in checks), tuple(limits), vocabulary, clauses,
                    digest, version, shipped=proven or digest == digest_of_files(shipped_folder()), portfolio=portfolio)


def _version(documents: dict[str, dict[str, Any]]) -> str:
    """What people call this pack; "0" without the file that says it."""
    if VERSION not in documents:
        return "0"
    source = Source(VERSION)
    source.known(documents[VERSION], {"version"})
    return str(source.word(documents[VERSION], "version"))


def _in(documents: dict[str, dict[str, Any]], folder: str) -> list[tuple[str, dict[str, Any]]]:
    return [(name, node) for name, node in documents.items() if name.startswith(folder + "/")]


def _known(documents: dict[str, dict[str, Any]], faults: Faults) -> dict[str, dict[str, Any]]:
    """A file that nobody reads is a mistake: its author believes it counts."""
    known: dict[str, dict[str, Any]] = {}
    for name, node in documents.items():
        folder, _, file = name.rpartition("/")
        if name in FILES | {PORTFOLIO, VERSION} or folder in (FEATURES, LIMITS, REGULATIONS):
            known[name] = node
        else:
            faults.attempt(partial(_fail_unknown, name, file), None)
    return known


def _fail_unknown(path: str, name: str) -> None:
    Source(path).fail(0, "file_unknown", name=name, known=f"{FEATURES}/, {LIMITS}/, {REGULATIONS}/")


def _unique(checks: list[str], limits: list[str], portfolio: Mapping[str, object]) -> None:
    """Findings, gaps and clauses name these by their ids alone."""
    for ids, folder in ((limits, LIMITS), (list(portfolio), FEATURES)):
        twice = sorted(set(checks) & set(ids))
        if twice:
            Source(f"{folder}/{twice[0]}.yaml").fail(1, "id_twice", id=twice[0])
