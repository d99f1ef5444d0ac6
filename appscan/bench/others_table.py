"""OthersResult → lines for people, in their language. Knows no reading."""

from __future__ import annotations

from appscan.bench.others import OthersResult, There
from appscan.bench.table import NAME_WIDTH, padded
from appscan.model.judgement import Verdict
from appscan.texts import Language, say

_WIDTH = 12
_COLUMNS = tuple((verdict, there) for verdict in (Verdict.LIKELY_VIOLATION, Verdict.NEEDS_REVIEW) for there in There)


def to_other_lines(result: OthersResult, lang: Language) -> list[str]:
    """A row per check and two for all (with and without the labels held back); then everything false, unlabelled and
    no longer seen by name."""
    lines = [say(lang, "bench.others_title", count=result.judged),
             padded("", NAME_WIDTH) + "".join(padded(say(lang, f"verdicts.{verdict}"), len(There) * _WIDTH, right=True)
                                              for verdict in (Verdict.LIKELY_VIOLATION, Verdict.NEEDS_REVIEW)),
             padded(say(lang, "bench.check"), NAME_WIDTH)
             + "".join(padded(say(lang, f"bench.others_{there}"), _WIDTH, right=True) for _, there in _COLUMNS)]
    lines += [_row(check, result, check) for check in result.checks()]
    lines += [_row(say(lang, "bench.others_all"), result, None),
              _row(say(lang, "bench.others_held_back"), result, None, held_back=True)]
    return lines + _named(result, lang)


def _row(name: str, result: OthersResult, check: str | None, *, held_back: bool | None = None) -> str:
    return padded(name, NAME_WIDTH) + "".join(
        str(len(result.named(verdict, there, check, held_back=held_back))).rjust(_WIDTH)
        for verdict, there in _COLUMNS)


def _named(result: OthersResult, lang: Language) -> list[str]:
    lines = [say(lang, "bench.others_false", check=row.check, case=row.case, why=row.label.why)
             for row in sorted(result.false(), key=lambda row: (row.check, row.case))]
    lines += [say(lang, "bench.others_open", check=row.check, case=row.case, verdict=row.verdict)
              for row in result.rows if row.label.there is There.UNLABELLED]
    return lines + [say(lang, "bench.others_lost", check=check, case=case) for case, check in result.lost]
