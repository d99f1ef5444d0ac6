"""Bytes named by their SHA-256, in any folder that fsspec reaches. Knows neither what they hold nor the database."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from appscan.errors import AppscanError, UnavailableError, UsageError

CHUNK = 1 << 20


class Blobs:
    """A folder of blobs: `address` is a path or an fsspec URL (file, s3, memory, …)."""

    def __init__(self, address: str) -> None:
        if not address:
            raise UsageError("store_blobs_missing")
        import fsspec  # what it costs at start is only for commands that keep something

        self.address = address
        try:
            self._files, self._root = fsspec.core.url_to_fs(address)
        except (ValueError, ImportError) as error:
            raise UsageError("store_blobs", address=address, reason=str(error)) from None

    def reach(self) -> None:
        """Ask once whether the folder can be reached; one that is not there yet is made by the first blob. Raises
        UsageError `store_blobs`, which costs nothing yet."""
        try:
            with self._told():
                if self._kind(self._root) == "file":
                    raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        except UnavailableError as error:
            raise UsageError("store_blobs", **error.params) from error

    def _kind(self, path: str) -> str:
        """`file`, `directory`, or "" for what is not there: `exists` of many file systems takes every failure for an
        absence."""
        try:
            return str(self._files.info(path)["type"])
        except FileNotFoundError:
            return ""

    def put(self, content: bytes | Path) -> str:
        """Keep bytes or the bytes of a file; their digest. What is there already is not written again; a blob appears
        whole or not at all."""
        with self._told():
            digest = _digest_of(content)
            target = self._path(digest)
            if not self._kind(target):
                self._write(content, target)
            return digest

    def has(self, digest: str) -> bool:
        """Whether the blob is there."""
        with self._told():
            return bool(self._kind(self._path(digest)))

    def get(self, digest: str) -> bytes:
        """The bytes, proved against their name. Raises UsageError `blob_missing`, `blob_damaged`."""
        with self.open(digest) as file, self._told():
            content = file.read()
        if hashlib.sha256(content).hexdigest() != digest:
            raise UsageError("blob_damaged", digest=digest, address=self.address)
        return bytes(content)

    @contextlib.contextmanager
    def open(self, digest: str) -> Iterator[IO[bytes]]:
        """The blob as a file to read from, not proved. Raises UsageError `blob_missing`."""
        with self._told():
            try:
                file = self._files.open(self._path(digest), "rb")
            except FileNotFoundError:
                raise UsageError("blob_missing", digest=digest, address=self.address) from None
        with file:
            yield file

    def _path(self, digest: str) -> str:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise ValueError(f"no digest: {digest[:80]!r}")
        return f"{self._root}/{digest[:2]}/{digest}"

    def _write(self, content: bytes | Path, target: str) -> None:
        """Under another name first: whoever is killed leaves no half blob. The move replaces, so that two writers of
        the same bytes both win."""
        self._files.makedirs(target.rpartition("/")[0], exist_ok=True)
        aside = f"{target}.{uuid.uuid4().hex}.part"
        try:
            with self._files.open(aside, "wb") as file:
                for chunk in _chunks(content):
                    file.write(chunk)
                _keep(file)
            self._files.mv(aside, target)
        except BaseException:
            with contextlib.suppress(Exception):
                self._files.rm(aside)
            raise

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UnavailableError("store_blobs_unavailable", address=self.address,
                                   reason=error.strerror or str(error)) from error
        except AppscanError:
            raise
        except Exception as error:
            if type(error).__module__ == "builtins":
                raise  # ours; the libraries of remote stores have errors of their own
            raise UnavailableError("store_blobs_unavailable", address=self.address,
                                   reason=" ".join(str(error).split())[:200]) from error


def _digest_of(content: bytes | Path) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _chunks(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _keep(file: Any) -> None:
    """On a disk of this machine, wait until the bytes are on it: the database will say that they are there."""
    file.flush()
    with contextlib.suppress(AttributeError, OSError, ValueError):
        os.fsync(file.fileno())
