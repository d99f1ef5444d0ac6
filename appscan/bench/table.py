"""BenchResult → lines for people, in their language. Knows no reading."""

from __future__ import annotations

import unicodedata

from appscan.bench.corpus import BenchResult, Score
from appscan.texts import Language, say, say_error

NAME_WIDTH, NUMBER_WIDTH = 20, 6


def to_lines(result: BenchResult, lang: Language = "en") -> list[str]:
    """The table (found, missed, false, precision, recall; ours and the keyword search's), then everything by name."""
    has_words = any(row.keyword is not None for row in result.rows)
    check_ids = sorted({row.check_id for row in result.rows})
    lines = [_head(lang, has_words)] if check_ids else []
    for check_id in check_ids:
        plain = [result.score(check_id, keyword=True)] if has_words else []
        cells = [" ".join(_numbers(score)) for score in (result.score(check_id), *plain)]
        lines.append(_padded(check_id, NAME_WIDTH) + " | ".join(cells))
    for check_id in check_ids:
        ours, plain_score = result.score(check_id), result.score(check_id, keyword=True)
        named = [("found", ours.found), ("missed", ours.missed), ("false", ours.false)]
        named += [("keyword_false", plain_score.false), ("keyword_missed", plain_score.missed)] if has_words else []
        lines += ["  " + say(lang, f"bench.names_{title}", check=check_id) + ", ".join(names)
                  for title, names in named if names]
    return lines + _rest(result, lang)


def _head(lang: Language, has_words: bool) -> str:
    columns = [say(lang, f"bench.{name}") for name in ("found", "missed", "false", "precision", "recall")]
    cells = " ".join(_padded(column, NUMBER_WIDTH, right=True) for column in columns)
    head = _padded(say(lang, "bench.check"), NAME_WIDTH) + cells
    return head + (" | " + cells + "  " + say(lang, "bench.keyword") if has_words else "")


def _numbers(score: Score) -> list[str]:
    counts = [str(len(names)) for names in (score.found, score.missed, score.false)]
    shares = ["–" if share is None else f"{share:.2f}" for share in (score.precision, score.recall)]
    return [cell.rjust(NUMBER_WIDTH) for cell in counts + shares]


def _padded(text: str, width: int, *, right: bool = False) -> str:
    """The text with spaces up to `width` columns; Chinese characters take two."""
    taken = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    spaces = " " * max(width - taken, 0)
    return spaces + text if right else text + spaces


def _rest(result: BenchResult, lang: Language) -> list[str]:
    quiet, total, loud = result.readable_negatives()
    lines = []
    if total:
        lines.append(say(lang, "bench.quiet", quiet=quiet, total=total, share=f"{100 * quiet / total:.1f}"))
    lines += [f"  {row.file}: {row.check_id}: {say(lang, f'verdicts.{row.verdict.value}')}" for row in loud]
    lines += _blinded_lines(result, lang)
    lines += [say(lang, "bench.unread", reason=say_error(lang, error)) for _, error in result.failed]
    if result.absent:
        lines.append(say(lang, "bench.absent", files=", ".join(result.absent)))
    if not result.rows:
        lines.append(say(lang, "bench.nothing"))
    if result.sites:
        lines.append(say(lang, "bench.sites", count=result.sites))
    return lines


def _blinded_lines(result: BenchResult, lang: Language) -> list[str]:
    blinded: dict[str, tuple[set[str], set[str]]] = {}
    for row in result.blinded():
        gaps, verdicts = blinded.setdefault(row.file, (set(), set()))
        gaps.update(row.gaps)
        verdicts.add(row.verdict.value)
    return [say(lang, "bench.blinded", file=file, gaps=", ".join(sorted(gaps)), verdicts=", ".join(sorted(verdicts)))
            for file, (gaps, verdicts) in sorted(blinded.items())]
