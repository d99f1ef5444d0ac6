"""The app's icon is found through every kind of resource, and whatever else it may be is no icon and no failure."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appscan.model.reading import Reading
from appscan.readers.apk.container import Container, open_container
from appscan.readers.apk.icons import ENOUGH, LARGEST, MOST_FILES, is_picture, read_icon
from appscan.readers.limits import Limits
from appscan.readers.saved import load_reading, save_reading
from appscan.readers.target import read_target

from .binary_resources import Element, Entry, Ref, TypeChunk, XmlWriter, config, resource_table

BUILT = Path(__file__).parents[3] / "fixtures" / "apks" / "built"
ICON, LAYER, BITMAP = 0x7F010000, 0x7F020000, 0x7F020001
PNG, WEBP = b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"
ADAPTIVE = XmlWriter().write(Element("adaptive-icon", {}, [
    Element("background", {"android:drawable": Ref(BITMAP)}), Element("foreground", {"android:drawable": Ref(LAYER)})]))
INSET = XmlWriter().write(Element("inset", {}, [Element("bitmap", {"android:src": Ref(BITMAP)})]))
VECTOR = XmlWriter().write(Element("vector", {"android:name": "v"}))
LOOP = XmlWriter().write(Element("inset", {"android:drawable": Ref(LAYER)}))


def package(files: dict[str, bytes], icons: tuple[str, ...] = ("res/i.png",), layer: str = "res/l.xml",
            bitmap: str = "res/b.png") -> Container:
    types = [TypeChunk("mipmap", config("zh" if number else ""), {0: Entry("ic", path)})
             for number, path in enumerate(icons)]
    types.append(TypeChunk("drawable", config(), {0: Entry("fg", layer), 1: Entry("bm", bitmap)}))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in {"resources.arsc": resource_table(types), **files}.items():
            archive.writestr(name, content)
    return open_container(packed.getvalue(), Limits())


def test_the_largest_picture_that_is_enough_is_kept() -> None:
    sizes = {"res/small.png": PNG + b"s" * 10, "res/good.webp": WEBP + b"g" * 900, "res/big.png": PNG + b"b" * ENOUGH}
    assert read_icon([package(sizes, tuple(sizes))], ICON) == sizes["res/good.webp"]
    assert read_icon([package({"res/big.png": sizes["res/big.png"]}, ("res/big.png",))], ICON) == sizes["res/big.png"]


def test_behind_an_adaptive_icon_lies_its_foreground() -> None:
    files = {"res/a.xml": ADAPTIVE, "res/l.png": PNG + b"front", "res/b.png": PNG + b"back"}
    assert read_icon([package(files, ("res/a.xml",), "res/l.png")], ICON) == PNG + b"front"
    inset = {"res/a.xml": ADAPTIVE, "res/l.xml": INSET, "res/b.png": PNG + b"inner"}
    assert read_icon([package(inset, ("res/a.xml",))], ICON) == PNG + b"inner"


def test_a_picture_in_a_split_is_found() -> None:
    base, split = package({}, ("res/gone.png",)), package({"res/i.png": PNG + b"split"})
    assert read_icon([base, split], ICON) == PNG + b"split"


@pytest.mark.parametrize("files", [
    {}, {"res/i.png": b"<html>"}, {"res/i.png": b""}, {"res/i.png": PNG + b"x" * LARGEST}, {"res/i.png": VECTOR},
    {"res/i.png": ADAPTIVE[:60]}, {"res/i.png": ADAPTIVE, "res/l.xml": LOOP}, {"resources.arsc": b"\2\0\x0c\0"}])
def test_what_is_no_picture_is_no_icon(files: dict[str, bytes]) -> None:
    assert read_icon([package(files)], ICON) == b""


def test_resources_that_name_each_other_in_many_files_are_soon_left() -> None:
    """Eight layers of forty files each, three deep, would be millions of looks."""
    layers = [Ref(0x7F020000 + number) for number in range(8)]
    drawn = XmlWriter().write(Element("layer-list", {}, [
        Element("item", {"android:drawable": layer}) for layer in layers]))
    types = [TypeChunk("mipmap", config("zh"), {0: Entry("ic", f"res/{number}.xml")}) for number in range(40)]
    types += [TypeChunk("drawable", config("zh"), {at: Entry(f"l{at}", f"res/{number}.xml") for at in range(8)})
              for number in range(40)]
    table = resource_table(types)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("resources.arsc", table)
        for number in range(40):
            archive.writestr(f"res/{number}.xml", drawn)
    container = open_container(packed.getvalue(), Limits())
    assert read_icon([container], ICON) == b""
    inflated = container.budget.total - container.budget.left - len(table)
    assert 40 * len(drawn) <= inflated <= MOST_FILES * len(drawn)


@pytest.mark.parametrize("resource", [0, 0x7F0100FF, 0x01080093])
def test_a_resource_that_the_app_does_not_hold_is_no_icon(resource: int) -> None:
    assert read_icon([package({"res/i.png": PNG})], resource) == b""


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 400))
def test_a_damaged_table_or_drawable_never_raises(noise: bytes, at: int) -> None:
    whole = package({"res/i.png": ADAPTIVE, "res/l.xml": INSET, "res/b.png": PNG})
    table = whole.read("resources.arsc")
    broken = table[:at] + noise + table[at + len(noise):]
    found = read_icon([package({"resources.arsc": broken, "res/i.png": ADAPTIVE[:at] + noise})], ICON)
    assert found == b"" or is_picture(found)


def test_the_icon_of_a_package_comes_back_from_its_saved_reading(tmp_path: Path) -> None:
    """A manifest that names it, as aapt2 writes one, beside the rest of a built package."""
    manifest = XmlWriter().write(Element("manifest", {"package": "cn.example.icon"}, [
        Element("application", {"android:icon": Ref(ICON), "android:label": "虚构"})]))
    icon = package({"res/i.png": PNG + b"icon"})
    path = tmp_path / "icon.apk"
    with zipfile.ZipFile(BUILT / "decoy.apk") as source, zipfile.ZipFile(path, "w") as copy:
        copy.writestr("AndroidManifest.xml", manifest)
        copy.writestr("classes.dex", source.read("classes.dex"))
        for name in icon.names():
            copy.writestr(name, icon.read(name))
    reading: Reading = read_target(path, path.name, Limits(), lambda _stage, _done: None)
    save_reading(reading, tmp_path / "kept.reading")
    assert (reading.icon, load_reading(tmp_path / "kept.reading").icon) == (PNG + b"icon",) * 2
