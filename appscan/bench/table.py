"""BenchResult → lines for people, in their language. Knows no reading."""

from __future__ import annotations

import unicodedata

from appscan.bench.result import BenchResult, Score, Source
from appscan.texts import Language, say, say_error

NAME_WIDTH, NUMBER_WIDTH = 20, 6


def to_lines(result: BenchResult, lang: Language = "en") -> list[str]:
    """The table (found, missed, false, precision, recall; ours and the keyword search's), of all and where there are
    apps and sites of each apart, then everything by name."""
    has_words = any(row.keyword is not None for row in result.rows)
    sources = result.sources()
    lines = _table(result, lang, has_words, None, titled=len(sources) > 1) if sources else []
    if len(sources) > 1:
        for source in sources:
            lines += _table(result, lang, has_words, source, titled=True)
    for check_id in result.checks():
        ours, plain_score = result.score(check_id), result.score(check_id, keyword=True)
        named = [("found", ours.found), ("missed", ours.missed), ("false", ours.false)]
        named += [("keyword_false", plain_score.false), ("keyword_missed", plain_score.missed)] if has_words else []
        lines += ["  " + say(lang, f"bench.names_{title}", check=check_id) + ", ".join(names)
                  for title, names in named if names]
    return lines + _quiet_lines(result, lang) + _open_lines(result, lang) + _rest(result, lang)


def _table(result: BenchResult, lang: Language, has_words: bool, source: Source | None, *, titled: bool) -> list[str]:
    lines = [say(lang, f"bench.{source or 'all'}")] if titled else []
    lines.append(_head(lang, has_words))
    for check_id in result.checks(source):
        scores = [result.score(check_id, keyword=keyword, source=source) for keyword in (False, True)[:1 + has_words]]
        lines.append(padded(check_id, NAME_WIDTH) + " | ".join(" ".join(_numbers(score)) for score in scores))
    return lines


def _head(lang: Language, has_words: bool) -> str:
    columns = [say(lang, f"bench.{name}") for name in ("found", "missed", "false", "precision", "recall")]
    cells = " ".join(padded(column, NUMBER_WIDTH, right=True) for column in columns)
    head = padded(say(lang, "bench.check"), NAME_WIDTH) + cells
    return head + (" | " + cells + "  " + say(lang, "bench.keyword") if has_words else "")


def _numbers(score: Score) -> list[str]:
    counts = [str(len(names)) for names in (score.found, score.missed, score.false)]
    shares = ["–" if share is None else f"{share:.2f}" for share in (score.precision, score.recall)]
    return [cell.rjust(NUMBER_WIDTH) for cell in counts + shares]


def padded(text: str, width: int, *, right: bool = False) -> str:
    """The text with spaces up to `width` columns; Chinese characters take two."""
    taken = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    spaces = " " * max(width - taken, 0)
    return spaces + text if right else text + spaces


def _groups(result: BenchResult) -> list[Source | None]:
    """All, and where there are both, apps and sites apart."""
    sources = result.sources()
    return [None, *sources] if len(sources) > 1 else [None]


def _share(count: int, total: int) -> str:
    return f"{100 * count / total:.1f}"


def _quiet_lines(result: BenchResult, lang: Language) -> list[str]:
    lines = []
    for source in _groups(result):
        quiet, total, _ = result.readable_negatives(source)
        if total:
            lines.append(say(lang, f"bench.quiet_{source or 'all'}", quiet=quiet, total=total,
                             share=_share(quiet, total)))
    return lines + [f"  {row.file}: {row.check_id}: {say(lang, f'verdicts.{row.verdict.value}')}"
                    for row in result.readable_negatives()[2]]


def _open_lines(result: BenchResult, lang: Language) -> list[str]:
    """How many verdicts were left open, and for each artifact the gaps behind them."""
    lines = []
    for source in _groups(result):
        rows, total = result.inconclusive(source)
        if total:
            lines.append(say(lang, f"bench.open_{source or 'all'}", count=len(rows), total=total,
                             share=_share(len(rows), total)))
    by_gaps: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for row in result.inconclusive()[0]:
        by_gaps.setdefault((row.file, row.gaps), []).append(row.check_id)
    return lines + ["  " + say(lang, "bench.open" if gaps else "bench.open_no_gap", file=file, gaps=", ".join(gaps),
                               checks=", ".join(checks)) for (file, gaps), checks in sorted(by_gaps.items())]


def _rest(result: BenchResult, lang: Language) -> list[str]:
    lines = [say(lang, "bench.time_kept" if time.kept else "bench.time", name=time.name, capture=f"{time.capture:.0f}",
                 states=time.states, reading=f"{time.reading:.1f}") for time in result.times]
    lines += [say(lang, "bench.unread", reason=say_error(lang, error)) for _, error in result.failed]
    by_reason: dict[str, list[str]] = {}
    for name, error in result.unmeasured:
        by_reason.setdefault(say_error(lang, error), []).append(name)
    lines += [say(lang, "bench.unmeasured", reason=reason, names=", ".join(names))
              for reason, names in by_reason.items()]
    if result.absent:
        lines.append(say(lang, "bench.absent", files=", ".join(result.absent)))
    if not result.rows:
        lines.append(say(lang, "bench.nothing"))
    return lines
