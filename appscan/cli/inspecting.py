"""The commands that look at the program itself: schemas, checks, how well they judge. Gives no app a verdict."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from appscan.cli.console import Console
from appscan.cli.exits import ExitCode
from appscan.errors import UsageError
from appscan.texts import say

if TYPE_CHECKING:
    from appscan.bench import ExamplesResult
    from appscan.bench.cases import Case
    from appscan.checks.pack import Check, CheckSet, Example


def print_schema(name: str) -> ExitCode:
    """Print a published schema, by its name without the version."""
    from appscan.schema import load, published

    versioned = next(one for one in published() if one.startswith(f"{name}-"))
    print(json.dumps(load(versioned), ensure_ascii=False, indent=2))
    return ExitCode.OK


def list_checks(folder: Path | None, console: Console) -> ExitCode:
    """One line per check: id, title, polarity and clauses."""
    checks = _load(folder)
    width = max(len(check.id) for check in checks.checks)
    console.result(f"{check.id:<{width}}  {check.title[console.lang]}  "
                   f"({say(console.lang, f'polarity.{check.polarity}')}; {', '.join(check.clauses)})"
                   for check in checks.checks)
    console.result([say(console.lang, "cli.packs", version=checks.version, digest=checks.digest[:16])])
    return ExitCode.OK


def show_check(check_id: str, folder: Path | None, console: Console) -> ExitCode:
    """What one check asks, on what ground, and its examples. Raises UsageError for an unknown id."""
    checks = _load(folder)
    check = next((one for one in checks.checks if one.id == check_id), None)
    if check is None:
        raise UsageError("check_unknown", check=check_id, known=", ".join(one.id for one in checks.checks))
    lang = console.lang
    lines = [f"{check.id}  {check.title[lang]}", check.question[lang], "", say(lang, "report.clauses")]
    for key in check.clauses:
        clause = checks.clauses[key]
        lines.append(f"  {key}  {clause.document[lang]} {clause.article} ({clause.date}): {clause.summary[lang]}")
    lines += ["", check.notice[lang]]
    console.result(lines + _example_lines(check, console))
    return ExitCode.OK


def lint_checks(folder: Path | None, console: Console) -> ExitCode:
    """Say what is wrong with the packs, with file, line and remedy."""
    from appscan.checks import lint, shipped_folder
    from appscan.checks.hints import mixed_patterns

    errors = lint(folder or shipped_folder())
    for error in errors:
        console.failure(error)
    if errors:
        return ExitCode.USAGE
    notes = [say(console.lang, "cli.mixed_pattern", file=file, line=line, alternative=alternative)
             for file, line, alternative in (mixed_patterns(folder) if folder else ())]
    console.result([*notes, say(console.lang, "cli.packs_fine", folder=folder or shipped_folder())])
    return ExitCode.OK


def test_checks(folder: Path | None, console: Console) -> ExitCode:
    """Judge the packs' own examples: a confusion table, what is known to go wrong, and every example that surprises."""
    from appscan.bench import context_slips, run_examples

    checks = _load(folder)
    result, slips = run_examples(checks), context_slips(checks)
    console.result(_confusion_lines(checks, result, console))
    console.result(_known_lines(result, console))
    if not slips:
        console.result([say(console.lang, "cli.contexts_hold", count=len(checks.vocabulary.contexts))])
    for row in result.surprises:
        key = f"cli.surprise_{row.group}" if row.group.startswith("known_") else "cli.surprise"
        console.trouble(key, check=row.check_id, line=row.line, group=row.group, expected="/".join(row.expected),
                        got="/".join(row.got))
    for slip in slips:
        console.trouble(f"cli.surprise_{slip.group}", context=slip.context, text=slip.text)
    return ExitCode.USAGE if result.surprises or slips else ExitCode.OK


def _confusion_lines(checks: CheckSet, result: ExamplesResult, console: Console) -> list[str]:
    """One line per check and one for all together."""
    total = say(console.lang, "cli.confusion_total")
    rows = [(check.id, result.confusion(check.id)) for check in checks.checks]
    width = max(len(name) for name in (*(name for name, _ in rows), total))
    lines = [say(console.lang, "cli.confusion_head")]
    lines += [f"{name:<{width}}  {one.found:>5} {one.missed:>5} {one.clean:>5} {one.false:>5}" for name, one in rows]
    sums = [sum(getattr(one, part) for _, one in rows) for part in ("found", "missed", "clean", "false")]
    return [*lines, f"{total:<{width}}  " + " ".join(f"{number:>5}" for number in sums)]


def _known_lines(result: ExamplesResult, console: Console) -> list[str]:
    if not result.known:
        return [say(console.lang, "cli.known_none")]
    return [say(console.lang, "cli.known_head"),
            *("  " + say(console.lang, f"cli.{row.group}", check=row.check_id, line=row.line,
                         words=_example_words(row.example)) for row in result.known)]


def measure(labels: Path, corpus: Path, readings: Path | None, checks: Path | None, console: Console) -> ExitCode:
    """Judge a labelled corpus beside a plain keyword search and print found, missed and false by name."""
    from appscan.bench import run_bench
    from appscan.bench.table import to_lines

    for folder in (labels, corpus):
        if not folder.is_dir():
            raise UsageError("folder_missing", path=str(folder))
    if readings is not None:
        try:
            readings.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = errno.errorcode.get(error.errno or 0, "EIO")
            raise UsageError("out_unusable", path=str(readings), reason=why) from None
    result = run_bench(labels, corpus, _load(checks), readings, _telling(console))
    console.result(to_lines(result, console.lang))
    return ExitCode.OK if result.rows else ExitCode.NOTHING_READ


def measure_cases(folder: Path, checks: Path | None, console: Console, *, sealed: bool, lexicon: Path | None,
                  keep: Path | None = None) -> ExitCode:
    """Judge written cases, the open two thirds or the sealed third, and print right and wrong by name; `keep` is the
    file for the figures."""
    from appscan.bench.case_table import to_case_lines
    from appscan.bench.cases import run_cases
    from appscan.bench.figures import keep_figures
    from appscan.bench.labels import read_lexicon, words_of_checks

    if lexicon is not None and not lexicon.is_file():
        raise UsageError("folder_missing", path=str(lexicon))
    words = words_of_checks(read_lexicon(lexicon)) if lexicon is not None else {}
    packs = _load(checks)
    result = run_cases(_cases(folder, sealed=sealed), packs, words)
    console.result(to_case_lines(result, console.lang, has_words=bool(words)))
    if keep is not None:
        keep_figures(keep, result, packs, sealed=sealed)
    return ExitCode.OK if result.rows else ExitCode.NOTHING_READ


def measure_others(folder: Path, checks: Path | None, console: Console, *, sealed: bool,
                   only: Sequence[str]) -> ExitCode:
    """Judge written cases by every check, or `only` these, and print what is said besides their own family. FOUND where
    something is a likely violation that a label says is not there. Raises UsageError for an unknown check."""
    from appscan.bench.others import read_labels, run_others
    from appscan.bench.others_table import to_other_lines

    loaded = _load(checks)
    _known(only, loaded)
    cases = _cases(folder, sealed=sealed)
    result = run_others(cases, loaded, read_labels(folder), only)
    console.result(to_other_lines(result, console.lang))
    if not cases:
        return ExitCode.NOTHING_READ
    return ExitCode.FOUND if result.false() else ExitCode.OK


def measure_conditions(folder: Path, checks: Path | None, console: Console, *, sealed: bool,
                       only: Sequence[str]) -> ExitCode:
    """Judge written cases by each condition of every check, or of `only` these, alone. Raises UsageError for an unknown
    check."""
    from appscan.bench.conditions import to_condition_lines, try_conditions
    from appscan.bench.others import read_labels

    loaded = _load(checks)
    _known(only, loaded)
    cases = _cases(folder, sealed=sealed)
    console.result(to_condition_lines(try_conditions(cases, loaded, read_labels(folder), only), console.lang))
    return ExitCode.OK if cases else ExitCode.NOTHING_READ


def _known(only: Sequence[str], loaded: CheckSet) -> None:
    known = [check.id for check in loaded.checks]
    for name in only:
        if name not in known:
            raise UsageError("check_unknown", check=name, known=", ".join(known))


def _cases(folder: Path, *, sealed: bool) -> list[Case]:
    """The open two thirds of the written cases of a folder, or the sealed third."""
    from appscan.bench.cases import is_case_folder, read_cases

    if not folder.is_dir():
        raise UsageError("folder_missing", path=str(folder))
    if not is_case_folder(folder):
        raise UsageError("corpus_missing", path=str(folder))
    return [case for case in read_cases(folder) if case.is_sealed == sealed]


def _telling(console: Console) -> Callable[[str, int, int], None]:
    """A line for each artifact, and one whenever a site's states have grown by ten."""
    told = 0

    def tell(name: str, seen: int, queued: int) -> None:
        nonlocal told
        if not seen:
            if not queued:
                console.note("cli.reading_now", name=name)
            told = 0
        elif seen >= told + 10:
            told = seen
            console.note("cli.capture_progress", seen=seen, queued=queued)

    return tell


def _load(folder: Path | None) -> CheckSet:
    from appscan.checks import load

    return load(folder)


def _example_lines(check: Check, console: Console) -> list[str]:
    groups: dict[str, tuple[Example, ...]] = {"found": check.found, "not_found": check.not_found,
                                              "known_misses": check.known_misses,
                                              "known_false_hits": check.known_false_hits}
    lines: list[str] = []
    for group, examples in groups.items():
        if not examples:
            continue
        lines += ["", say(console.lang, f"cli.examples.{group}")]
        for example in examples:
            lines.append(f"  - {_example_words(example)}")
    return lines


def _example_words(example: Example) -> str:
    words = "; ".join(f"{kind}: {' | '.join(values)}" for kind, values in example.screen.items())
    return words + (f"  ({example.why})" if example.why else "")
