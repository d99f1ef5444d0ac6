"""What the tests of judging share: the shipped checks, read once."""

from __future__ import annotations

import pytest

from appscan.checks import CheckSet, load


@pytest.fixture(scope="session")
def checks() -> CheckSet:
    return load()
