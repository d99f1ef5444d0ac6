"""Claims about blobs: whole or not there, and what they say they are."""

from __future__ import annotations

import hashlib

import fsspec
import pytest
from fsspec import AbstractFileSystem

from appscan.errors import UnavailableError, UsageError
from appscan.store import Store


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "blobs"


@pytest.fixture
def keeper(tmp_path, folder):
    with Store.open(str(tmp_path / "office.db"), str(folder)) as opened:
        yield opened


def test_bytes_and_files_are_kept_once_under_their_digest(keeper, folder, tmp_path):
    file = tmp_path / "big"
    file.write_bytes(b"x" * 3_000_000)
    digest = keeper.put_blob(file)
    assert digest == hashlib.sha256(file.read_bytes()).hexdigest() == keeper.put_blob(file.read_bytes())
    assert keeper.get_blob(digest) == file.read_bytes()
    with keeper.open_blob(digest) as blob:
        assert blob.read(2) == b"xx"
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [digest], "nothing else is left there"


def test_a_blob_that_is_not_there_and_one_that_was_changed_are_told(keeper, folder):
    digest = keeper.put_blob(b"reading")
    (folder / digest[:2] / digest).write_bytes(b"other")
    with pytest.raises(UsageError, match="blob_damaged"):
        keeper.get_blob(digest)
    assert not keeper.has_blob("0" * 64)
    with pytest.raises(UsageError, match="blob_missing"):
        keeper.get_blob("0" * 64)


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "", "0" * 63])
def test_what_is_no_digest_names_no_file(keeper, name):
    with pytest.raises(ValueError, match="no digest"):
        keeper.get_blob(name)


def test_another_file_system_keeps_blobs_alike(tmp_path):
    with Store.open(str(tmp_path / "office.db"), "memory://office") as store:
        digest = store.put_blob(b"reading")
        assert (store.put_blob(b"reading"), store.get_blob(digest)) == (digest, b"reading")
        assert not store.has_blob("0" * 64)


class EndpointConnectionError(Exception):
    """In the shape of botocore's: none of Python's own errors."""


class Away(AbstractFileSystem):
    """An object store that does not answer."""

    protocol = "away"

    def info(self, path, **_options):
        raise EndpointConnectionError(f"Could not connect\n to {path}")

    _open = info


@pytest.fixture
def away(tmp_path):
    fsspec.register_implementation("away", Away, clobber=True)
    with Store.open(str(tmp_path / "office.db"), "away://office/blobs") as opened:
        yield opened


def test_an_object_store_that_does_not_answer_is_told_before_work_starts(away):
    with pytest.raises(UsageError, match=r"store_blobs.*away://office.*Could not connect to"):
        away.reach_blobs()


def test_an_object_store_that_goes_away_may_be_tried_again(away):
    for ask in (lambda: away.put_blob(b"reading"), lambda: away.get_blob("0" * 64), lambda: away.has_blob("0" * 64)):
        with pytest.raises(UnavailableError, match=r"store_blobs_unavailable.*Could not connect to"):
            ask()


def test_a_folder_that_is_not_there_yet_can_be_reached(keeper, folder):
    keeper.reach_blobs()
    assert not folder.exists()


def test_a_file_where_the_folder_should_be_is_told_before_work_starts(keeper, folder):
    folder.write_text("a file")
    with pytest.raises(UsageError, match="store_blobs"):
        keeper.reach_blobs()


def test_a_folder_that_cannot_be_written_now_may_be_tried_again(keeper, folder):
    folder.write_text("a file where the folder should be")
    with pytest.raises(UnavailableError, match="store_blobs_unavailable"):
        keeper.put_blob(b"x")
    folder.unlink()
    assert keeper.has_blob(keeper.put_blob(b"x"))


def test_an_address_that_nothing_reads_is_refused(tmp_path):
    with (Store.open(str(tmp_path / "office.db"), "gopher://x/y") as store,
          pytest.raises(UsageError, match="store_blobs")):
        store.put_blob(b"x")


def test_without_an_address_blobs_lie_beside_the_file(tmp_path):
    with Store.open(str(tmp_path / "office.db")) as store:
        digest = store.put_blob(b"x")
    assert (tmp_path / "office.db.blobs" / digest[:2] / digest).is_file()
