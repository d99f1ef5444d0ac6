"""What the documents tell people to copy works as it stands."""

from __future__ import annotations

import json
import re

import pytest

DOCUMENTS = ["docs/app-yaml.md", "docs/bench.md", "docs/checks.zh-CN.md", "docs/checks.md"]


def test_the_example_of_an_app_file_can_be_copied(appscan, decoy, project_root, tmp_path):
    examples = re.findall(r"```yaml\n(.*?)```", (project_root / "docs/app-yaml.md").read_text("utf-8"), re.DOTALL)
    assert len(examples) == 2
    assert len(set(examples)) == 1
    assert len(examples[0].splitlines()) == 6
    (tmp_path / "app.yaml").write_text(examples[0], "utf-8")
    document = appscan("scan", decoy, "--app", "app.yaml", "--out", "-", "--quiet").document
    assert document["app"]["name"] == "虚构县网格通"
    assert document["app"]["declared"]


def test_every_key_of_an_app_file_is_told_in_both_languages(project_root):
    text = (project_root / "docs/app-yaml.md").read_text("utf-8")
    schema = json.loads((project_root / "appscan/schema/app-1.json").read_text("utf-8"))
    assert [key for key in schema["properties"] if len(re.findall(rf"^\| `{key}`", text, re.MULTILINE)) != 2] == []


def test_every_label_of_the_bench_is_told(project_root):
    from appscan.bench.corpus import FEATURES

    text = (project_root / "docs/bench.md").read_text("utf-8")
    assert [label for label in FEATURES if f"`{label}`" not in text] == []


def test_both_texts_about_checks_tell_the_same(project_root):
    english, chinese = ((project_root / f"docs/{name}").read_text("utf-8") for name in ("checks.md", "checks.zh-CN.md"))
    for pattern in (r"^\| (`[^|]+`)", r"^([a-z]+):", r"^(#+) "):
        found = [[re.findall(r"[\w./*]+", one) for one in re.findall(pattern, text, re.MULTILINE)]
                 for text in (english, chinese)]
        assert found[0] == found[1], pattern


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_readme_links_the_documents(project_root, readme, document):
    assert f"]({document})" in (project_root / readme).read_text("utf-8")
