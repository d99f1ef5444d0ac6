"""Split sets give their APKs, base first, each once; an APK stays one part."""

from __future__ import annotations

import hashlib
import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from appscan.errors import UnreadableError
from appscan.model.artifact import ArtifactKind
from appscan.readers.apk.container import open_container
from appscan.readers.apk.splits import choose_parts, open_target
from appscan.readers.limits import Limits


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


BASE = zipped({"AndroidManifest.xml": b"base" * 50, "classes.dex": b"code"})
SPLIT = zipped({"AndroidManifest.xml": b"split" * 50})


def written(folder: Path, name: str, raw: bytes) -> Path:
    (folder / name).write_bytes(raw)
    return folder / name


def test_an_apk_is_one_part_with_the_digest_of_the_file(tmp_path: Path) -> None:
    target = open_target(written(tmp_path, "a.apk", BASE), Limits())
    digest = hashlib.sha256(BASE).hexdigest()
    assert (target.kind, target.sha256, target.size) == (ArtifactKind.APK, digest, len(BASE))
    assert [(part.name, part.sha256) for part in target.parts] == [("a.apk", digest)]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_apkm_gives_its_base_first_and_each_part_opens(tmp_path: Path, method: int) -> None:
    raw = zipped({"info.json": b"{}", "split_config.zh.apk": SPLIT, "base.apk": BASE}, method)
    target = open_target(written(tmp_path, "a.apkm", raw), Limits())
    assert target.kind is ArtifactKind.SPLIT_SET
    assert target.sha256 == hashlib.sha256(raw).hexdigest()
    assert [part.name for part in target.parts] == ["base.apk", "split_config.zh.apk"]
    assert [part.sha256 for part in target.parts] == [hashlib.sha256(one).hexdigest() for one in (BASE, SPLIT)]
    assert open_container(target.parts[0].source, Limits()).read("classes.dex") == b"code"


def test_an_xapk_names_its_base_in_its_manifest_and_its_expansion_is_a_gap(tmp_path: Path) -> None:
    index = {"package_name": "cn.example", "split_apks": [{"file": "zz.apk", "id": "base"}, {"file": "a.apk"}]}
    raw = zipped({"manifest.json": json.dumps(index).encode(), "a.apk": SPLIT, "zz.apk": BASE,
                  "Android/obb/m.obb": b"x"})
    target = open_target(written(tmp_path, "a.xapk", raw), Limits())
    assert [part.name for part in target.parts] == ["zz.apk", "a.apk"]
    assert [(gap.reason, gap.blinds) for gap in target.gaps] == [("expansion_unread", False)]


def test_of_a_bundletool_set_the_splits_are_read_once() -> None:
    names = ["standalones/standalone-xhdpi.apk", "splits/base-zh.apk", "splits/base-master_2.apk",
             "splits/base-master.apk", "splits/video-master.apk", "instant/instant-base-master.apk"]
    assert choose_parts(names) == ["splits/base-master.apk", "splits/base-zh.apk", "splits/video-master.apk"]


def test_a_variant_without_its_plain_twin_is_kept() -> None:
    assert choose_parts(["splits/base-master_3.apk", "splits/a-master.apk"])[0] == "splits/base-master_3.apk"


def test_without_splits_the_universal_apk_or_one_standalone_is_read() -> None:
    assert choose_parts(["standalones/a.apk", "universal.apk"]) == ["universal.apk"]
    assert choose_parts(["standalones/a.apk", "standalones/b.apk"]) == ["standalones/a.apk"]


def test_a_zip_that_only_carries_an_apk_is_no_set(tmp_path: Path) -> None:
    raw = zipped({"AndroidManifest.xml": b"x", "assets/plugin.apk": BASE, "base.apk": BASE})
    assert open_target(written(tmp_path, "a.apk", raw), Limits()).kind is ArtifactKind.APK


def test_an_old_apkm_is_named_as_encrypted(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="encrypted_split_set"):
        open_target(written(tmp_path, "a.apkm", b"\x01\x00salt" * 400), Limits())


def test_a_set_under_a_password_is_named_as_encrypted(tmp_path: Path) -> None:
    raw = bytearray(zipped({"base.apk": BASE}))
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 8] |= 1
    raw[60:90] = bytes(30)
    with pytest.raises(UnreadableError, match="encrypted_split_set"):
        open_target(written(tmp_path, "a.xapk", bytes(raw)), Limits())


def test_a_set_without_an_apk_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="empty_split_set"):
        open_target(written(tmp_path, "a.apks", zipped({"toc.pb": b"x"})), Limits())


def test_a_part_that_is_damaged_is_a_gap_that_blinds(tmp_path: Path) -> None:
    raw = bytearray(zipped({"base.apk": BASE, "split_a.apk": SPLIT}, zipfile.ZIP_DEFLATED))
    at = raw.index(b"split_a.apk") + 11
    raw[at:at + 20] = b"\xff" * 20
    target = open_target(written(tmp_path, "a.apks", bytes(raw)), Limits())
    assert [part.name for part in target.parts] == ["base.apk"]
    assert [(gap.reason, gap.place, gap.blinds) for gap in target.gaps] == [("part_unread", "split_a.apk", True)]
