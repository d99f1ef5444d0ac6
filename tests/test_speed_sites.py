"""What ci/ measures on is what its tables say, and one benchmark's tables leave the others' alone."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def ci(project_root: Path):
    def load(name: str) -> ModuleType:
        specification = importlib.util.spec_from_file_location(name, project_root / "ci" / f"{name}.py")
        assert specification
        assert specification.loader
        module = importlib.util.module_from_spec(specification)
        sys.modules[name] = module
        specification.loader.exec_module(module)
        return module

    return load


def test_every_state_of_the_measured_site_is_reached_by_clicks_and_has_thirty_controls(ci) -> None:
    site = ci("speed_site")
    found = site.pages()
    reached, todo = set(), [site.START]
    while todo:
        route = todo.pop()
        if route not in reached:
            reached.add(route)
            todo += [row[-1] for row in (*found[route]["tiles"], *found[route]["rows"])]
            todo += ["/search", "/message", "/mine", "/settings"]
    assert reached == set(found)
    assert len(found) == site.STATES == 200
    furniture = 3 + 3 + 4 + 2  # head, tabs, foot; choice and button of the form
    own = [len(page["tiles"]) + len(page["rows"]) + len(page["fields"]) for page in found.values()]
    assert min(own) + furniture >= 30


def test_the_measured_site_is_the_same_every_time_and_has_no_link(ci, tmp_path) -> None:
    site = ci("speed_site")
    written = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        site.write_site(tmp_path / name)
        written.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert written[0] == written[1]
    assert not [name for name, content in written[0].items() if b"href" in content or b"<a" in content]


def test_a_benchmark_replaces_its_own_part_only(ci, tmp_path) -> None:
    document, page = ci("speed_document"), tmp_path / "speed.md"
    document.write_part(page, "# One\n\n## Inner\n\n1\n")
    document.write_part(page, "# Two\n\n2\n")
    document.write_part(page, "# One\n\n3\n")
    assert page.read_text("utf-8") == "# One\n\n3\n\n# Two\n\n2\n"
