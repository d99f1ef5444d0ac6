"""Claims about what an import would change: new, changed field by field, or the same."""

from __future__ import annotations

from dataclasses import replace

from appscan.model.registry import ArtifactKey, Confidence, Entry, Level, Origin, Platform
from appscan.portfolio.changes import changes

ONE = Entry("1", "虚构通", "工信部", level=Level.CENTRAL, origins={"name": Origin("表一", Confidence.A)})


def test_an_entry_is_new_changed_in_named_fields_or_the_same():
    other, third = Entry("2", "虚构二", "教育部"), Entry("3", "虚构三", "教育部")
    artifact = (ArtifactKey(Platform.ANDROID, package="a.b"),)
    now = [replace(ONE, owner="教育部", level=None, artifacts=artifact, origins={}), other, third]
    found = changes(now, [ONE, other])
    assert [one.entry.id for one in found.new] == ["3"]
    assert [(one.entry.id, set(one.columns)) for one in found.changed] == [
        ("1", {"owner", "level", "artifacts", "origins"})]
    assert found.changed[0].before == ONE
    assert found.same == 1
