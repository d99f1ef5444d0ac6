"""One edited file laid over a folder of packs, in a folder of its own. Knows no YAML and no check."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from appscan.errors import UsageError

_FOLDERS = ("features", "limits", "regulations", "vocabulary")


@contextmanager
def edited_packs(base: Path, edit: Path) -> Iterator[Path]:
    """The folder of packs that an edit makes: the edit itself where it is a folder, else `base` with that one file.

    Raises UsageError where the edit is neither, or where it is not clear which file of `base` it stands for.
    """
    if edit.is_dir():
        yield edit
        return
    if not edit.is_file() or edit.suffix != ".yaml":
        raise UsageError("edit_nothing", path=str(edit))
    home = _home(base, edit)
    with TemporaryDirectory(prefix="appscan-edit-") as aside:
        for path in sorted(base.rglob("*.yaml")):
            copy = Path(aside, path.relative_to(base))
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        target = Path(aside, home)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(edit, target)
        yield Path(aside)


def _home(base: Path, edit: Path) -> str:
    """The path in the packs that an edited file stands for: by its folder, else by its name where only one has it."""
    folder = edit.resolve().parent.name
    if folder in _FOLDERS:
        return f"{folder}/{edit.name}"
    alike = [path.relative_to(base).as_posix() for path in sorted(base.rglob("*.yaml")) if path.name == edit.name]
    if len(alike) != 1:
        raise UsageError("edit_homeless", path=str(edit), name=edit.name, known=", ".join(alike))
    return alike[0]
