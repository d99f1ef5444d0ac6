"""Screenshots made fit to be kept and shown: verified, personal data covered, bounded in size. Knows no
recording and no page."""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from appscan.model.personal import Box
from appscan.model.sighting import PictureKept

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST_SIDE = 4000
"""Pixels of one side of a picture beside a report; taller ones are cut to the surroundings of what they prove."""

LARGEST_DECODED = 40_000_000
"""Pixels of a picture that is opened at all."""

LARGEST_FILE = 6_000_000
"""Bytes of one picture beside a report."""

SURROUNDINGS = 1200
COVERED, FRAMED = (209, 213, 219), (140, 148, 158)
FRAME_COLOUR = (192, 28, 40)
QUANTIZED = 400_000
"""Pixels from which a framed picture is reduced to 256 colours: papers and workbooks stay small."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PLAIN_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"sRGB", b"gAMA", b"cHRM", b"pHYs", b"sBIT",
                           b"bKGD"})


@dataclass(frozen=True, slots=True)
class Developed:
    """A picture as it is written: its bytes, and what the report says of it."""

    content: bytes
    kept: PictureKept


@dataclass(frozen=True, slots=True)
class Framed:
    """A part of a picture with frames on it: PNG bytes, width and height in pixels."""

    content: bytes
    width: int
    height: int


def can_develop() -> bool:
    """Whether this machine can open pictures (Pillow, extra `web`); without it none is written, covered or not."""
    try:
        import PIL.Image  # noqa: F401
    except ImportError:
        return False
    return True


def is_picture(content: bytes) -> bool:
    """Whether bytes are a plain PNG, as it is kept beside a report: nothing before it, in it or behind it."""
    return _announced(content) is not None and _is_plain(content)


def develop(source: str, content: bytes, personal: Iterable[Box], marked: Sequence[Box]) -> Developed | None:
    """The picture `content` with the boxes `personal` covered; None where it is no picture to show. One without
    personal data stays byte by byte as it was recorded. `marked` are the boxes that it must show."""
    picture = _opened(content)
    if picture is None:
        return None
    places = _cover_all(picture, personal)
    left, top, width, height = _window(picture.size, marked)
    is_whole = (width, height) == picture.size
    if places or not is_whole or not _is_plain(content):
        content = _written(picture if is_whole else picture.crop((left, top, left + width, top + height)))
    if len(content) > LARGEST_FILE:
        return None
    return Developed(content, PictureKept(source, hashlib.sha256(content).hexdigest(), width, height, len(places), left,
                                          top))


def covered(content: bytes, personal: Iterable[Box]) -> bytes | None:
    """The picture `content` with the boxes `personal` covered; None where it cannot be opened."""
    picture = _opened(content)
    if picture is None:
        return None
    return _written(picture) if _cover_all(picture, personal) else content


def _opened(content: bytes) -> Image | None:
    """The picture as colours without transparency; None where it is none, or too large."""
    import warnings

    from PIL import Image, UnidentifiedImageError

    size = _announced(content)
    if size is None or size[0] * size[1] > LARGEST_DECODED:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=["PNG"]) as opened:
                opened.load()
                return opened.convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, struct.error):
        return None


def _cover_all(picture: Image, personal: Iterable[Box]) -> list[Box]:
    """Cover the boxes; the places on the picture that were covered."""
    places = list(dict.fromkeys(place for box in personal if (place := _inside(box, picture.size))))
    for place in places:
        _cover(picture, place)
    return places


def _announced(content: bytes) -> tuple[int, int] | None:
    """Width and height in the head of a PNG (PNG 1.2, 4.1.1)."""
    if not content.startswith(_SIGNATURE) or content[12:16] != b"IHDR" or len(content) < 33:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return (width, height) if width and height else None


def _is_plain(content: bytes) -> bool:
    """Whether a PNG holds nothing but its picture: no comments, no frames, nothing behind its end."""
    at = len(_SIGNATURE)
    while at + 12 <= len(content):
        length, kind = struct.unpack(">I4s", content[at:at + 8])
        if kind not in _PLAIN_CHUNKS:
            return False
        at += length + 12
        if kind == b"IEND":
            return bool(at == len(content))
    return False


def _inside(box: Box, size: tuple[int, int]) -> Box | None:
    """The part of a box that lies on the picture, as left, top, right, bottom."""
    left, top = max(box[0] - 1, 0), max(box[1] - 1, 0)
    right, bottom = min(box[0] + box[2] + 1, size[0]), min(box[1] + box[3] + 1, size[1])
    return (left, top, right, bottom) if right > left and bottom > top else None


def _cover(picture: Image, place: Box) -> None:
    """Replace a place by an even grey, which leaves no trace of its letters, with a frame."""
    from PIL import ImageDraw

    left, top, right, bottom = place
    ImageDraw.Draw(picture).rectangle((left, top, right - 1, bottom - 1), fill=COVERED, outline=FRAMED)


def _window(size: tuple[int, int], marked: Sequence[Box]) -> Box:
    """Left, top, width and height of what is kept of a picture: all of it unless it is too large."""
    width, height = size
    if width <= LARGEST_SIDE and height <= LARGEST_SIDE:
        return 0, 0, width, height
    boxes = [place for box in marked if (place := _inside(box, size))] or [(0, 0, 1, 1)]
    left, top = max(min(box[0] for box in boxes) - SURROUNDINGS, 0), max(min(box[1] for box in boxes) - SURROUNDINGS, 0)
    left = 0 if width <= LARGEST_SIDE else left
    return left, top, min(width - left, LARGEST_SIDE), min(height - top, LARGEST_SIDE)


def _written(picture: Image, compression: int = 6) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=False, compress_level=compression)
    return out.getvalue()


def framed(content: bytes, view: Box, frames: Sequence[tuple[int, Box]], widest: int = 1200) -> Framed | None:
    """The part `view` of the picture `content` with numbered frames drawn on it, at most `widest` pixels wide; None
    where it is no picture to show. Boxes are x, y, width, height on the picture."""
    from PIL import ImageDraw, ImageFont

    picture = _opened(content)
    if picture is None:
        return None
    left, top = min(view[0], picture.width - 1), min(view[1], picture.height - 1)
    part = picture.crop((left, top, min(left + view[2], picture.width), min(top + view[3], picture.height)))
    draw, thick = ImageDraw.Draw(part), max(part.width // 260, 2)
    font = ImageFont.load_default(size=max(part.width // 24, 15))
    places = [(x - left, y - top, x - left + width, y - top + height) for _, (x, y, width, height) in frames]
    labels: list[Box] = []
    for (number, _), place in zip(frames, places, strict=True):
        _, _, wide, high = draw.textbbox((0, 0), str(number), font=font)
        labels.append(_beside(part, place, (int(wide) + 4 * thick, int(high) + 3 * thick), labels))
    for place in places:
        draw.rectangle(place, outline=FRAME_COLOUR, width=thick)
    for (number, _), label in zip(frames, labels, strict=True):
        draw.rectangle(label, fill=FRAME_COLOUR, outline="white", width=max(thick // 2, 1))
        draw.text((label[0] + 2 * thick, label[1] + thick), str(number), fill="white", font=font)
    if part.width > widest:
        part = part.resize((widest, max(part.height * widest // part.width, 1)))
    small = part.quantize(256) if part.width * part.height > QUANTIZED else part
    return Framed(_written(small, 3), part.width, part.height)


def fitted(width: int, height: int, most_wide: int, most_high: int) -> tuple[int, int]:
    """Width and height of a picture that keeps its form inside the bounds."""
    share = min(most_wide / max(width, 1), most_high / max(height, 1))
    return int(width * share), int(height * share)


def _beside(picture: Image, frame: Box, size: tuple[int, int], taken: Sequence[Box]) -> Box:
    """Where the number of a frame stands: at one of its corners, outside or inside, where the picture is emptiest, so
    that it covers no word; `taken` are the other numbers. Boxes are left, top, right, bottom."""
    (left, top, right, bottom), (wide, high) = frame, size
    outside = ((right, top), (right - wide, top - high), (left - wide, top), (left, top - high), (right - wide, bottom),
               (left, bottom))
    inside = ((right - wide, top), (left, top), (right - wide, bottom - high), (left, bottom - high))
    offered = [(x, y, x + wide, y + high) for x, y in (*outside, *inside)]
    on_it = [one for one in offered
             if one[0] >= 0 and one[1] >= 0 and one[2] < picture.width and one[3] < picture.height]
    free = [one for one in on_it if not any(_overlaps(one, other) for other in taken)]
    corner = max(min(right, picture.width - 1) - wide, 0), max(top, 0)
    return min(free or on_it or [(*corner, corner[0] + wide, corner[1] + high)], key=lambda one: _unrest(picture, one))


def _unrest(picture: Image, box: Box) -> int:
    """How much there is to see in a part of a picture: 0 for an even colour, 255 for black on white."""
    least, most = picture.crop(box).convert("L").getextrema()
    return int(most) - int(least)  # type: ignore[arg-type]  # one channel gives numbers


def _overlaps(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
