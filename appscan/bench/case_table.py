"""CasesResult → lines for people, in their language. Knows no reading."""

from __future__ import annotations

from appscan.bench.cases import CasesResult, Tally
from appscan.bench.table import NAME_WIDTH, padded
from appscan.texts import Language, say

COLUMNS = ("found", "missed", "false", "precision", "recall", "f1")


def to_case_lines(result: CasesResult, lang: Language, *, has_words: bool) -> list[str]:
    """A row per family and one for all; then everything wrong by name, and the families that have no check."""
    head = padded(say(lang, "bench.family"), NAME_WIDTH) + _head(lang) + "  " + say(lang, "bench.force_right")
    lines = [head + ("  |" + _head(lang) + "  " + say(lang, "bench.keyword") if has_words else "")]
    for family in [*result.families(), None]:
        row = padded(family or say(lang, "bench.whole"), NAME_WIDTH) + _numbers(result.tally(family))
        wrong, total = result.forced(family)
        row += f"{total - len(wrong)}/{total}".rjust(9)
        lines.append(row + ("  |" + _numbers(result.tally(family, keyword=True)) if has_words else ""))
    return lines + _named(result, lang)


def _head(lang: Language) -> str:
    return "".join(padded(say(lang, f"bench.{name}"), 8, right=True) for name in COLUMNS)


def _numbers(tally: Tally) -> str:
    counts = [str(len(names)) for names in (tally.found, tally.missed, tally.false)]
    return "".join(cell.rjust(8) for cell in [*counts, *(f"{share:.2f}" for share in (
        tally.precision, tally.recall, tally.f1))])


def _named(result: CasesResult, lang: Language) -> list[str]:
    why = {row.case.id: row.case.why for row in result.rows}
    lines = []
    for family in result.families():
        tally = result.tally(family)
        for title, names in (("missed", tally.missed), ("false", tally.false)):
            lines += [say(lang, f"bench.case_{title}", case=name, why=why[name]) for name in names]
        lines += [say(lang, "bench.case_force", case=row.case.id, force=row.force.value,
                      allowed="/".join(one.value for one in row.case.force)) for row in result.forced(family)[0]]
    accused = [row.case.id for row in result.accused()]
    lines.append(say(lang, "bench.case_accused", count=len(accused), names=", ".join(accused)))
    if result.unmeasured:
        lines.append(say(lang, "bench.case_unmeasured", names=", ".join(result.unmeasured)))
    return lines
