"""Claims about what becomes of the errors that object stores give."""

from __future__ import annotations

import pytest

from appscan.sweep.fetching import FetchError, _of_network, fetch
from appscan.sweep.tasks import FaultKind


class ClientError(Exception):
    """In the shape of botocore's, which is not installed for the tests."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}


@pytest.mark.parametrize(("code", "status", "kind", "key"), [
    ("NoSuchKey", 404, FaultKind.PERMANENT, "missing_file"),
    ("AccessDenied", 403, FaultKind.PERMANENT, "artifact_refused"),
    ("SlowDown", 503, FaultKind.TRANSIENT, "artifact_unreachable"),
])
def test_what_an_object_store_does_not_have_is_not_asked_for_again(code, status, kind, key):
    translated = FileNotFoundError("demo/in/missing.apk")
    translated.__cause__ = ClientError(code, status)
    fault = _of_network(translated, "s3://demo/in/missing.apk")
    assert (fault.kind, fault.key) == (kind, key)


def test_a_file_that_is_plainly_not_there_is_missing():
    assert _of_network(FileNotFoundError("a"), "memory://a").key == "missing_file"


class NoCredentialsError(Exception):
    """Named as botocore's."""


def test_what_this_machine_has_no_rights_for_is_not_tried_again():
    fault = _of_network(NoCredentialsError("Unable to locate credentials"), "s3://demo/in/a.apk")
    assert (fault.kind, fault.key) == (FaultKind.PERMANENT, "artifact_refused")
    assert "credentials" in fault.params["why"]


@pytest.mark.parametrize("location", ["local:///etc/hostname", "filecache::file:///etc/hostname",
                                      "simplecache::https://office.example.invalid/a.apk", "reference://a.json",
                                      "https::file://a", "memory://a", "nobody://host/app.apk"])
def test_addresses_that_wrap_or_read_files_of_this_machine_are_refused(location, tmp_path):
    with pytest.raises(FetchError) as refused:
        fetch(location, "a.apk", tmp_path)
    assert (refused.value.fault.kind, refused.value.fault.key) == (FaultKind.PERMANENT, "artifact_protocol")
    assert not list(tmp_path.rglob("*.apk"))
