"""Who signed a package: certificates of the JAR signature and of the APK Signing Block. Verifies no signature.

Source: source.android.com/docs/security/features/apksigning (v2, v3, v3.1, v4).
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from functools import partial

from appscan.errors import LimitReached, UnreadableError
from appscan.model.artifact import Certificate
from appscan.model.coverage import Gap
from appscan.readers.apk.container import Container
from appscan.readers.apk.der import DerError, signer_certificates, subject

BLOCK_MAGIC = b"APK Sig Block 42"
BLOCK_FOOTER = 24
LARGEST_BLOCK = 32 << 20
SCHEMES = {0x7109871A: "v2", 0xF05368C0: "v3", 0x1B93AD61: "v3.1"}
BUNDLE_SUFFIXES = (".RSA", ".DSA", ".EC")
MOST_SIGNERS = 50


def read_certificates(container: Container, idsig: bytes | None) -> tuple[tuple[Certificate, ...], list[Gap]]:
    """Signers by scheme, v1 first, each (scheme, certificate) once. `idsig`: bytes of the .idsig file for v4.

    What cannot be parsed is a gap `certificate_unread` (params: scheme) that blinds nothing.
    """
    found: list[tuple[str, bytes]] = []
    gaps: list[Gap] = []

    def collect(scheme: str, place: str, find: Callable[[], list[bytes]]) -> None:
        try:
            found.extend((scheme, certificate) for certificate in find()[:MOST_SIGNERS])
        except (DerError, struct.error, StopIteration, ValueError, LimitReached, UnreadableError):
            gaps.append(_unread(place, scheme))

    for name in _bundles(container):
        collect("v1", name, partial(_bundle_certificates, container, name))
    for key, value in _signing_block(container):
        if key in SCHEMES:
            collect(SCHEMES[key], "APK Signing Block", partial(_block_certificates, value))
    if idsig is not None:
        collect("v4", ".idsig", partial(_idsig_certificate, idsig))
    certificates = []
    for scheme, der in dict.fromkeys(found):
        name = _subject_or_gap(scheme, der, gaps)
        certificates.append(Certificate(scheme, name, hashlib.sha256(der).hexdigest()))
    return tuple(certificates), gaps


def _unread(place: str, scheme: str) -> Gap:
    return Gap(frozenset(), place, "certificate_unread", {"scheme": scheme})


def _subject_or_gap(scheme: str, der: bytes, gaps: list[Gap]) -> str:
    try:
        return subject(der)
    except (DerError, StopIteration, ValueError):
        gaps.append(_unread("", scheme))
        return ""


def _bundles(container: Container) -> list[str]:
    """Android reads signature files of META-INF itself only, in either case of letters."""
    return [name for name in container.names() if name.count("/") == 1 and name.upper().startswith("META-INF/")
            and name.upper().endswith(BUNDLE_SUFFIXES)][:MOST_SIGNERS]


def _bundle_certificates(container: Container, name: str) -> list[bytes]:
    return signer_certificates(container.read(name))


def _signing_block(container: Container) -> list[tuple[int, bytes]]:
    """Pairs (id, value) of the block that ends where the central directory begins; empty where there is none."""
    footer = container.source.slice(container.directory_offset - BLOCK_FOOTER, BLOCK_FOOTER)
    if len(footer) < BLOCK_FOOTER or footer[8:] != BLOCK_MAGIC:
        return []
    size = int.from_bytes(footer[:8], "little")
    start = container.directory_offset - size
    if start < 0 or not BLOCK_FOOTER <= size <= LARGEST_BLOCK:
        return []
    block = container.source.slice(start, size - BLOCK_FOOTER)
    pairs, at = [], 0
    while at + 12 <= len(block):
        length, key = struct.unpack_from("<QI", block, at)
        if length < 4 or at + 8 + length > len(block):
            break
        pairs.append((key, block[at + 12:at + 8 + length]))
        at += 8 + length
    return pairs


def _prefixed(raw: bytes, at: int) -> tuple[bytes, int]:
    """A value with its length before it (uint32), and the offset behind it."""
    length, = struct.unpack_from("<I", raw, at)
    if at + 4 + length > len(raw):
        raise ValueError("length")
    return raw[at + 4:at + 4 + length], at + 4 + length


def _sequence(raw: bytes) -> list[bytes]:
    """Length-prefixed items to the end."""
    items, at = [], 0
    while at < len(raw):
        item, at = _prefixed(raw, at)
        items.append(item)
    return items


def _block_certificates(value: bytes) -> list[bytes]:
    """First certificate of each signer: v2, v3 and v3.1 all begin signed data with digests and certificates."""
    certificates = []
    for signer in _sequence(_prefixed(value, 0)[0]):
        signed, _ = _prefixed(signer, 0)
        _, at = _prefixed(signed, 0)
        chain = _sequence(_prefixed(signed, at)[0])
        certificates += chain[:1]
    return certificates


def _idsig_certificate(idsig: bytes) -> list[bytes]:
    """v4: version, hashing block, signing block {digest, certificate, …}, all length-prefixed."""
    _, at = _prefixed(idsig, 4)
    signing, _ = _prefixed(idsig, at)
    _, at = _prefixed(signing, 0)
    return [_prefixed(signing, at)[0]]
