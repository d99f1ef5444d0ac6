"""Claims about the demo portfolio that `make serve` opens: real scans of bundled packages under invented owners."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from appscan.store import Role, Store, TaskState


@pytest.fixture(scope="module")
def demo(project_root):
    specification = importlib.util.spec_from_file_location("demo", project_root / "ci" / "demo.py")
    module = importlib.util.module_from_spec(specification)
    sys.modules["demo"] = module
    specification.loader.exec_module(module)
    return module


def test_the_demo_is_prepared_once_and_every_finding_is_under_an_invented_owner(demo, tmp_path):
    with Store.open(str(tmp_path / "office.db")) as store:
        demo.prepare(store, {})
        passwords = demo.accounts(store)
        reports = list(store.reports(verdicts=True))
        assert len(store.entries()) == 79
        assert {report.entry for report in reports} == {"L002", "L005", "L008", "L009", "L010", "L011", "L012"}
        assert {task.state for task in store.tasks(demo.SWEEP)} == {TaskState.DONE}
        owners = {entry.id: entry.owner for entry in store.entries()}
        assert all("虚构" in owners[report.entry] for report in reports)
        overall = {report.entry: report.overall for report in reports}
        assert overall["L002"] == overall["L005"] == "likely_violation"
        assert overall["L011"] == "inconclusive"
        assert {user.name: user.role for user in store.accounts.users()} == demo.USERS
        assert set(demo.USERS.values()) == {Role.ADMIN, Role.REVIEWER}
        assert all(len(password) >= 12 for password in passwords.values())
        before = store.summary()
        demo.prepare(store, {})
        assert demo.accounts(store) == {}
        assert store.summary() == before
