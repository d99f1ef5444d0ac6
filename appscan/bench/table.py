"""BenchResult → lines for people. Knows no reading."""

from __future__ import annotations

from appscan.bench.corpus import BenchResult, Score


def _share(value: float | None) -> str:
    return "  –  " if value is None else f"{value:5.2f}"


def _line(name: str, ours: Score, plain: Score | None) -> str:
    cells = [f"{name:<18}", f"{len(ours.found):>5} {len(ours.missed):>6} {len(ours.false):>5}", _share(ours.precision),
             _share(ours.recall)]
    if plain is not None:
        cells += [f"| {len(plain.found):>5} {len(plain.missed):>6} {len(plain.false):>5}", _share(plain.precision),
                  _share(plain.recall)]
    return " ".join(cells)


def to_lines(result: BenchResult) -> list[str]:
    """The table (found, missed, false, precision, recall; ours and the keyword search's), then everything by name."""
    has_words = any(row.keyword is not None for row in result.rows)
    lines = [f"{'check':<18} found missed false  prec  rec "
             + (" | keyword: found missed false  prec  rec" if has_words else "")]
    check_ids = sorted({row.check_id for row in result.rows})
    for check_id in check_ids:
        plain = result.score(check_id, keyword=True) if has_words else None
        lines.append(_line(check_id, result.score(check_id), plain))
    for check_id in check_ids:
        ours, plain = result.score(check_id), result.score(check_id, keyword=True)
        for title, names in (("found", ours.found), ("MISSED", ours.missed), ("FALSE", ours.false),
                             ("keyword false", plain.false if has_words else ()),
                             ("keyword missed", plain.missed if has_words else ())):
            if names:
                lines.append(f"  {check_id}: {title}: {', '.join(names)}")
    quiet, total, loud = result.readable_negatives()
    share = 100 * quiet / total if total else 0.0
    lines.append(f"readable files without the feature: {quiet} of {total} not_found or info ({share:.1f} %)")
    lines += [f"  {row.file}: {row.check_id}: {row.verdict}" for row in loud]
    lines += _blinded_lines(result)
    lines += [f"not read: {name}: {reason}" for name, reason in result.failed]
    if result.absent:
        lines.append(f"not in the corpus folder: {', '.join(result.absent)}")
    if result.sites:
        lines.append(f"sites with labels, not measured (no web reader yet): {result.sites}")
    return lines


def _blinded_lines(result: BenchResult) -> list[str]:
    blinded: dict[str, set[str]] = {}
    for row in result.blinded():
        blinded.setdefault(f"{row.file} ({', '.join(sorted(set(row.gaps)))})", set()).add(row.verdict.value)
    return [f"could not be seen whole: {name}: {', '.join(sorted(verdicts))}"
            for name, verdicts in sorted(blinded.items())]
