"""Keeps docs/speed.md: one part for each benchmark, each replaced on its own. Knows no benchmark."""

from __future__ import annotations

import re
from pathlib import Path


def write_part(path: Path, text: str) -> None:
    """Put `text`, which begins with a `# heading`, in the place of the part with that heading, else at the end."""
    heading = text.partition("\n")[0]
    old = path.read_text(encoding="utf-8") if path.is_file() else ""
    parts = [part for part in re.split(r"^(?=# )", old, flags=re.MULTILINE) if part.strip()]
    place = next((at for at, part in enumerate(parts) if part.partition("\n")[0] == heading), len(parts))
    parts[place:place + 1] = [text]
    path.write_text("\n".join(part.strip() + "\n" for part in parts), encoding="utf-8")
