"""Signers of every scheme are named as cryptography and androguard name them."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from appscan.readers.apk.certificates import read_certificates
from appscan.readers.apk.container import open_container
from appscan.readers.apk.der import subject
from appscan.readers.limits import Limits

KEY = ec.generate_private_key(ec.SECP256R1())
SCHEME_IDS = {"v2": 0x7109871A, "v3": 0xF05368C0, "v3.1": 0x1B93AD61}
NAME_KINDS = [NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.LOCALITY_NAME, NameOID.EMAIL_ADDRESS,
              NameOID.STREET_ADDRESS, NameOID.DOMAIN_COMPONENT, NameOID.USER_ID, NameOID.SERIAL_NUMBER]


def certificate(*pairs: tuple[x509.ObjectIdentifier, str]) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in pairs])
    start = dt.datetime(2024, 1, 1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(KEY.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(start)
    return builder.not_valid_after(start + dt.timedelta(days=9000)).sign(KEY, hashes.SHA256())


def named(name: str) -> x509.Certificate:
    return certificate((NameOID.COUNTRY_NAME, "CN"), (NameOID.ORGANIZATION_NAME, "虚构局, 一处"),
                       (NameOID.COMMON_NAME, name))


def der_of(signer: x509.Certificate) -> bytes:
    return signer.public_bytes(Encoding.DER)


def prefixed(*parts: bytes) -> bytes:
    return b"".join(struct.pack("<I", len(part)) + part for part in parts)


def signed_zip(bundles: dict[str, bytes], schemes: dict[str, list[bytes]]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in {"AndroidManifest.xml": b"x", **bundles}.items():
            archive.writestr(name, content)
    raw = out.getvalue()
    pairs = b""
    for scheme, certificates in schemes.items():
        signers = [prefixed(prefixed(b"", prefixed(der)), b"", b"") for der in certificates]
        value = prefixed(prefixed(*signers))
        pairs += struct.pack("<QI", len(value) + 4, SCHEME_IDS.get(scheme, 0x42726577)) + value
    size = len(pairs) + 24
    block = struct.pack("<Q", size) + pairs + struct.pack("<Q", size) + b"APK Sig Block 42" if schemes else b""
    at = struct.unpack_from("<I", raw, len(raw) - 6)[0]
    return raw[:at] + block + raw[at:-6] + struct.pack("<IH", at + len(block), 0)


def read(raw: bytes, idsig: bytes | None = None) -> tuple[list[tuple[str, str, str]], list[str]]:
    certificates, gaps = read_certificates(open_container(raw, Limits()), idsig)
    assert not any(gap.blinds for gap in gaps)
    return [(found.scheme, found.subject, found.sha256) for found in certificates], [gap.reason for gap in gaps]


def expected(scheme: str, signer: x509.Certificate) -> tuple[str, str, str]:
    return scheme, signer.subject.rfc4514_string(), hashlib.sha256(der_of(signer)).hexdigest()


def test_each_scheme_gives_its_own_signer() -> None:
    old, two, three, rotated, four = (named(name) for name in ("old", "two", "three", "rotated", "four"))
    bundle = pkcs7.PKCS7SignatureBuilder().set_data(b"x").add_signer(old, KEY, hashes.SHA256()).add_certificate(four)
    raw = signed_zip({"META-INF/CERT.EC": bundle.sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature])},
                     {"padding": [], "v2": [der_of(two)], "v3": [der_of(three)], "v3.1": [der_of(rotated)]})
    idsig = struct.pack("<I", 2) + prefixed(b"hashing", prefixed(b"digest", der_of(four), b"", b"key"))
    found, gaps = read(raw, idsig)
    assert found == [expected("v1", old), expected("v2", two), expected("v3", three), expected("v3.1", rotated),
                     expected("v4", four)]
    assert gaps == []


def test_an_unsigned_package_has_no_signer_and_no_gap() -> None:
    assert read(signed_zip({}, {})) == ([], [])


def test_signature_files_below_meta_inf_do_not_count() -> None:
    assert read(signed_zip({"META-INF/services/a.RSA": b"x", "assets/b.RSA": b"x"}, {})) == ([], [])


def test_a_garbage_signature_is_a_gap() -> None:
    found, gaps = read(signed_zip({"META-INF/A.RSA": b"\x30\x84garbage"}, {"v2": [b"junk"]}), b"\x02")
    assert [scheme for scheme, _, _ in found] == ["v2"]
    assert gaps == ["certificate_unread"] * 3


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAME_KINDS), st.text(st.characters(codec="utf-8"), min_size=1, max_size=9)),
                min_size=1, max_size=5))
def test_subjects_are_written_as_cryptography_writes_them(pairs: list[tuple[x509.ObjectIdentifier, str]]) -> None:
    try:
        made = certificate(*pairs)
    except ValueError:
        return
    assert subject(der_of(made)) == made.subject.rfc4514_string()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_flipped_bytes_of_a_signature_only_make_gaps(draws: st.DataObject) -> None:
    signer = named("flip")
    bundle = pkcs7.PKCS7SignatureBuilder().set_data(b"x").add_signer(signer, KEY, hashes.SHA256())
    raw = bytearray(bundle.sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature]))
    der = bytearray(der_of(signer))
    for content in (raw, der):
        for _ in range(draws.draw(st.integers(1, 5))):
            content[draws.draw(st.integers(0, 5000)) % len(content)] = draws.draw(st.integers(0, 255))
    read(signed_zip({"META-INF/A.RSA": bytes(raw)}, {"v3": [bytes(der)]}), bytes(der))


def corpus() -> list[Path]:
    return sorted(Path(os.environ.get("APPSCAN_CORPUS", "/nonexistent")).glob("*.apk"))


def built() -> list[Path]:
    return sorted((Path(__file__).parents[3] / "fixtures" / "apks").rglob("*.apk"))


@pytest.mark.parametrize("path", [*built(), *corpus()], ids=lambda path: path.name)
def test_signers_equal_those_of_androguard(path: Path) -> None:
    from androguard.core.apk import APK
    from loguru import logger

    logger.disable("androguard")
    package = APK(str(path), skip_analysis=True)
    theirs = {("v1", one.dump()) for one in package.get_certificates_v1() if one}
    theirs |= {("v2", one.dump()) for one in package.get_certificates_v2() if one}
    theirs |= {("v3", one.dump()) for one in package.get_certificates_v3() if one}
    found, gaps = read(path.read_bytes())
    assert gaps == []
    assert {entry for entry in found if entry[0] != "v3.1"} == {
        expected(scheme, x509.load_der_x509_certificate(der)) for scheme, der in theirs}
