"""Icons → perceptual hashes. The only importer of imagehash; knows no app."""

from __future__ import annotations

import io
import struct
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 256
LARGEST_FILE, LARGEST_SIDE = 4 << 20, 4096
FORMATS = ("PNG", "JPEG", "WEBP")


def icon_hash(content: bytes) -> int | None:
    """The 64-bit perceptual hash (DCT of the grey picture) of an icon: scaled, re-encoded and slightly coloured copies
    differ in few bits. Transparency lies on white. None where the bytes are no picture, where it is of one colour, or
    where imagehash is not installed (extra `portfolio`)."""
    try:
        import imagehash
    except ImportError:
        return None
    grey = _grey(content) if len(content) <= LARGEST_FILE else None
    if grey is None or len(set(grey.resize((16, 16)).tobytes())) < 2:
        return None
    return int(str(imagehash.phash(grey)), 16)


def _grey(content: bytes) -> Image | None:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                if max(picture.size) > LARGEST_SIDE:
                    return None
                coloured = picture.convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, struct.error):
        return None
    coloured.thumbnail((SIDE, SIDE))
    flat = Image.new("RGB", coloured.size, "white")
    flat.paste(coloured, mask=coloured.getchannel("A"))
    return flat.convert("L")
