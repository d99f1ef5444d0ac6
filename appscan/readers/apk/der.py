"""Just enough DER to name a signer: certificates of a PKCS#7 bundle, subjects of X.509. Verifies no signature.

Sources: X.690 (DER), RFC 5652 section 5 (SignedData), RFC 5280 section 4.1 (Certificate), RFC 4514 (subject as text).
Written out because importing a cryptography library costs 60 ms, more than a small app; it stays the test's oracle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SEQUENCE, SET, INTEGER, OBJECT_ID = 0x30, 0x31, 0x02, 0x06
CONTEXT_0, CONTEXT_1 = 0xA0, 0xA1
SHORT_NAMES = {"2.5.4.3": "CN", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.6": "C",
               "2.5.4.9": "STREET", "0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID"}
WIDE_ENCODINGS = {0x1C: "utf-32-be", 0x1E: "utf-16-be"}
SPECIAL = '\\",+;<>'


class DerError(Exception):
    """The bytes are not the DER that was expected; caught where certificates are read."""


@dataclass(frozen=True, slots=True)
class Element:
    """One tag-length-value: the value is raw[start:end], the whole raw[at:end]."""

    raw: bytes
    tag: int
    at: int
    start: int
    end: int

    @property
    def whole(self) -> bytes:
        """Tag, length and value."""
        return self.raw[self.at:self.end]

    @property
    def value(self) -> bytes:
        """The value alone."""
        return self.raw[self.start:self.end]

    def children(self) -> Iterator[Element]:
        """Elements inside a constructed one."""
        at = self.start
        while at < self.end:
            child = parse(self.raw, at, self.end)
            yield child
            at = child.end


def parse(raw: bytes, at: int = 0, end: int | None = None) -> Element:
    """The element at `at`. Raises DerError on anything but definite lengths and one-byte tags."""
    end = len(raw) if end is None else end
    if at + 2 > end or raw[at] & 0x1F == 0x1F:
        raise DerError("tag")
    length, start = raw[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or start + count > end:
            raise DerError("length")
        length = int.from_bytes(raw[start:start + count], "big")
        start += count
    if start + length > end:
        raise DerError("length")
    return Element(raw, raw[at], at, start, start + length)


def signer_certificates(bundle: bytes) -> list[bytes]:
    """DER certificates of those who signed a PKCS#7 SignedData; all its certificates where none can be matched."""
    content = _expect(list(parse(bundle).children()), 1, CONTEXT_0)
    signed = list(next(content.children()).children())
    certificates = [certificate.whole for part in signed if part.tag == CONTEXT_0 for certificate in part.children()
                    if certificate.tag == SEQUENCE]
    signers = [_issuer_and_serial(signer) for signer in _expect(signed, -1, SET).children()]
    matched = [certificate for certificate in certificates if _issuer_of(certificate) in signers]
    return matched or certificates


def subject(certificate: bytes) -> str:
    """Subject of a DER certificate as an RFC 4514 string: most specific name first."""
    fields = _certificate_fields(certificate)
    names = list(_expect(fields, 4, SEQUENCE).children())
    return ",".join("+".join(_attribute(pair) for pair in name.children()) for name in reversed(names))


def _expect(elements: list[Element], index: int, tag: int) -> Element:
    if not -len(elements) <= index < len(elements) or elements[index].tag != tag:
        raise DerError("structure")
    return elements[index]


def _certificate_fields(certificate: bytes) -> list[Element]:
    """Fields of TBSCertificate from the serial number on: serial, algorithm, issuer, validity, subject, …"""
    signed = next(parse(certificate).children(), None)
    if signed is None or signed.tag != SEQUENCE:
        raise DerError("certificate")
    fields = list(signed.children())
    return fields[1:] if fields and fields[0].tag == CONTEXT_0 else fields


def _issuer_of(certificate: bytes) -> tuple[bytes, bytes]:
    fields = _certificate_fields(certificate)
    return _expect(fields, 2, SEQUENCE).whole, _expect(fields, 0, INTEGER).value


def _issuer_and_serial(signer: Element) -> tuple[bytes, bytes] | None:
    """None where the signer is named by a key identifier instead."""
    identifier = list(signer.children())[1:2]
    if not identifier or identifier[0].tag != SEQUENCE:
        return None
    issuer, serial = list(identifier[0].children())[:2]
    return issuer.whole, serial.value


def _attribute(pair: Element) -> str:
    parts = list(pair.children())
    oid = _object_id(_expect(parts, 0, OBJECT_ID).value)
    if len(parts) < 2:
        raise DerError("attribute")
    return f"{SHORT_NAMES.get(oid, oid)}={_escape(_text(parts[1]))}"


def _text(value: Element) -> str:
    """Signing tools put UTF-8, and Chinese ones GBK, under any of the one-byte string tags."""
    if encoding := WIDE_ENCODINGS.get(value.tag):
        return value.value.decode(encoding, "replace")
    try:
        return value.value.decode("utf-8")
    except UnicodeDecodeError:
        return value.value.decode("gb18030", "replace")


def _object_id(raw: bytes) -> str:
    """X.690 8.19: the first subidentifier holds two arcs, seven bits to a byte."""
    if not raw:
        raise DerError("object identifier")
    arcs: list[int] = []
    arc = 0
    for byte in raw[:64]:
        arc = arc << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2) if arcs else 0
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]])) if arcs else ""


def _escape(text: str) -> str:
    """RFC 4514 section 2.4."""
    escaped = "".join(f"\\{char}" if char in SPECIAL else "\\00" if char == "\0" else char for char in text)
    if escaped[:1] in ("#", " "):
        escaped = "\\" + escaped
    return escaped[:-1] + "\\ " if escaped[-1:] == " " and len(text) > 1 else escaped
