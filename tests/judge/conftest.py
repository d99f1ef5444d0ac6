"""What the tests of judging share: the shipped checks, read once."""

from __future__ import annotations

import pytest

from appscan.checks import CheckSet
from tests.shipped import shipped


@pytest.fixture(scope="session")
def checks() -> CheckSet:
    return shipped()
