"""What changes and proves the registry: import, check, export, merge, split. Parses nothing, owns no rule."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appscan.cli.console import Console
from appscan.cli.days import day_of
from appscan.cli.exits import ExitCode
from appscan.cli.stores import acting, now, opened
from appscan.errors import UsageError
from appscan.texts import Language, say

if TYPE_CHECKING:
    from appscan.model.registry import Entry
    from appscan.office.products import Signed
    from appscan.portfolio.cells import Problem
    from appscan.portfolio.grouping import Evidence, Grouping
    from appscan.portfolio.owners import Owners
    from appscan.portfolio.proposals import Proposal
    from appscan.portfolio.registry import RegistryFile
    from appscan.store import Counts, Store

SHOWN = 100
"""So many problems or proposals are printed; --json prints all."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What all commands that write are given."""

    store: str
    console: Console
    who: str = ""
    reason: str = ""
    as_json: bool = False


def make_template(target: Path, console: Console) -> ExitCode:
    """Write the template. Raises UsageError."""
    from appscan.portfolio.template import write_template

    write_template(target, console.lang)
    console.result([say(console.lang, "registry_said.template_written", path=target)])
    return ExitCode.OK


def import_files(files: Sequence[Path], ask: Ask, *, strict: bool) -> ExitCode:
    """Import files one after the other: good entries go in, problems are told with their cells. Exit 10 where entries
    were kept out, 2 where `strict` kept everything out."""
    read = _read_all(files, *_known(ask.store))
    kept_out = any(one.faults for one in read)
    counts: list[Counts | None] = [None] * len(read)
    if not (strict and kept_out):
        with opened(ask.store, create=True) as store:
            counts = [store.put_entries(one.entries, who=acting(ask.who), source=str(one.path),
                                        when=now(), digest=one.digest, reason=ask.reason)
                      for one in read]
    lang = ask.console.lang
    if ask.as_json:
        _print_json([_file_document(one, lang) | _counted(count) for one, count in zip(read, counts, strict=True)])
    for one, count in zip(read, counts, strict=True):
        _tell_problems(one, ask.console, named=len(read) > 1)
        if count is not None:
            ask.console.result([say(lang, "registry_said.imported", path=one.path, **_counted(count))])
    if strict and kept_out:
        ask.console.trouble("registry_said.nothing_imported")
        return ExitCode.USAGE
    return ExitCode.UNDECIDED if kept_out else ExitCode.OK


def _known(url: str) -> tuple[list[Entry], Owners | None]:
    """The entries that the registry has, and owners as people of the office know them; nothing where there is no
    database yet, which an import makes."""
    from appscan.office.owners import owners_of

    try:
        with opened(url) as store:
            return store.entries(), owners_of(store)
    except UsageError as error:
        if error.key != "store_missing":
            raise
        return [], None


def _read_all(files: Sequence[Path], known: Iterable[Entry], owners: Owners | None = None) -> list[RegistryFile]:
    """Read files in order, each against what the registry and the files before it say."""
    from appscan.portfolio.registry import read_registry

    there = {entry.id: entry for entry in known}
    read = []
    for path in files:
        read.append(read_registry(path, there.values(), owners, day_of("")))
        there.update({entry.id: entry for entry in read[-1].entries})
    return read


def _counted(count: Counts | None) -> dict[str, int]:
    return {} if count is None else {"new": count.new, "changed": count.changed, "same": count.same}


def check_files(files: Sequence[Path], as_json: bool, console: Console) -> ExitCode:
    """Prove files without importing them. Exit 10 where an entry would be kept out."""
    read = _read_all(files, ())
    if as_json:
        _print_json([_file_document(one, console.lang) for one in read])
    for one in read:
        _tell_problems(one, console, named=len(read) > 1)
    if not any(one.problems for one in read):
        console.result([say(console.lang, "registry_said.fine")])
    return ExitCode.UNDECIDED if any(one.faults for one in read) else ExitCode.OK


def check_store(url: str, as_json: bool, console: Console) -> ExitCode:
    """Contradictions and doubts of the whole registry, and products that may be one. Exit 10 where entries
    contradict each other."""
    from appscan.office.owners import owners_of
    from appscan.portfolio.consistency import contradictions, doubts
    from appscan.portfolio.proposals import propose

    with opened(url) as store:
        grouping, evidence = grouped(store)
        owners = owners_of(store)
    entries = [entry for product in grouping.products for entry in product.entries]
    problems = [*contradictions(entries, owners, _field), *doubts(entries, owners, _field, day_of(""))]
    proposals = propose(grouping, evidence)
    if as_json:
        _print_json({"problems": [problem_document(one, console.lang) for one in problems],
                     "proposals": [proposal_document(one) for one in proposals]})
    else:
        console.result([*_problem_lines(problems, console.lang), *proposal_lines(proposals, grouping, console.lang)]
                       or [say(console.lang, "registry_said.fine")])
    return ExitCode.UNDECIDED if any(problem.refuses for problem in problems) else ExitCode.OK


def export(target: Path, url: str, console: Console) -> ExitCode:
    """Write the whole registry to a file. Raises UsageError."""
    from appscan.portfolio.writing import write_registry

    with opened(url) as store:
        entries = store.entries()
    write_registry(entries, target, console.lang)
    console.result([say(console.lang, "registry_said.exported", path=target, count=len(entries))])
    return ExitCode.OK


def merge(ids: Sequence[str], ask: Ask) -> ExitCode:
    """Record that products are one. Raises UsageError where they are already, or nobody says why."""
    from appscan.office import products

    with opened(ask.store) as store:
        entries = products.merge(store, grouped(store)[0], ids, _signed(ask))
        merged = grouped(store)[0].product_of[entries[0]]
    ask.console.result([say(ask.console.lang, "registry_said.merged", product=merged.id, entries=", ".join(entries))])
    return ExitCode.OK


def split(ids: Sequence[str], ask: Ask) -> ExitCode:
    """Record that entries are no part of the product they are counted in. Raises UsageError."""
    from appscan.office import products

    with opened(ask.store) as store:
        product = products.split(store, grouped(store)[0], ids, _signed(ask))
    ask.console.result([say(ask.console.lang, "registry_said.split", product=product, entries=", ".join(ids))])
    return ExitCode.OK


def grouped(store: Store) -> tuple[Grouping, Mapping[str, Evidence]]:
    """Products of the whole registry after all decisions, with what kept readings show of their entries."""
    from appscan.count.gathering import grouped as gathered

    return gathered(store)


def _signed(ask: Ask) -> Signed:
    from appscan.office.products import Signed

    if not ask.reason.strip():
        raise UsageError("registry_why")
    return Signed(acting(ask.who), now(), ask.reason)


def _field(entry: Entry, column: str, key: str = "") -> str:  # noqa: ARG001 (an Address)
    return f"{entry.id}.{column}"


def _tell_problems(one: RegistryFile, console: Console, *, named: bool) -> None:
    """Problems and sums of one file; `named` where there are several, whose cells are called alike."""
    if named and (one.problems or one.examples or one.skipped):
        console.trouble("registry_said.of_file", path=one.path)
    for problem in one.problems[:SHOWN]:
        console.trouble("registry_said.problem", **_told(problem, console.lang))
    if len(one.problems) > SHOWN:
        console.trouble("registry_said.more_problems", count=len(one.problems) - SHOWN)
    for key, params in _summary(one):
        console.note(key, **params)


def _summary(one: RegistryFile) -> Iterator[tuple[str, dict[str, object]]]:
    if one.refused or one.faults:
        yield "registry_said.refused", {"refused": one.refused, "count": len(one.faults)}
    if len(one.problems) > len(one.faults):
        yield "registry_said.doubts", {"count": len(one.problems) - len(one.faults)}
    if one.examples:
        yield "registry_said.examples", {"count": one.examples}
    if one.skipped:
        yield "registry_said.skipped", {"names": ", ".join(one.skipped)}


def _problem_lines(problems: Sequence[Problem], lang: Language) -> Iterator[str]:
    for problem in problems[:SHOWN]:
        yield say(lang, "registry_said.problem", **_told(problem, lang))
    if len(problems) > SHOWN:
        yield say(lang, "registry_said.more_problems", count=len(problems) - SHOWN)


def _told(problem: Problem, lang: Language) -> dict[str, str]:
    return {"cell": problem.cell, "column": problem.column,
            "what": say(lang, f"registry_faults.{problem.key}", **problem.params)}


def problem_document(problem: Problem, lang: Language) -> dict[str, Any]:
    """A problem as JSON."""
    told = _told(problem, lang)
    return {"cell": problem.cell, "column": problem.column, "entry": problem.entry, "fault": problem.key,
            "keeps_out": problem.refuses, "text": told["what"]}


def _file_document(one: RegistryFile, lang: Language) -> dict[str, Any]:
    return {"file": str(one.path), "sha256": one.digest, "entries": len(one.entries), "kept_out": one.refused,
            "examples": one.examples, "sheets_not_read": list(one.skipped),
            "problems": [problem_document(problem, lang) for problem in one.problems]}


def proposal_document(proposal: Proposal) -> dict[str, Any]:
    """A proposal as JSON."""
    return {"kind": proposal.kind.value, "products": list(proposal.products), "entries": list(proposal.entries),
            "reasons": {reason.value: strength for reason, strength in proposal.reasons.items()},
            "strength": proposal.strength}


def proposal_lines(proposals: Sequence[Proposal], grouping: Grouping, lang: Language) -> Iterator[str]:
    """Proposals for people, the strongest first."""
    if proposals:
        yield say(lang, "registry_said.proposals_head")
    for one in proposals[:SHOWN]:
        names = [f"{grouping.product_of[entry].name} [{product}]"
                 for entry, product in zip(one.entries, one.products, strict=True)]
        yield say(lang, "registry_said.proposal_line", one=names[0], other=names[1], kind=one.kind.value,
                  reasons=",".join(reason.value for reason in one.reasons), strength=f"{one.strength:.2f}")
    if len(proposals) > SHOWN:
        yield say(lang, "registry_said.more_problems", count=len(proposals) - SHOWN)


def _print_json(document: object) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=1))
