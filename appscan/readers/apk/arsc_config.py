"""ResTable_config of AOSP ResourceTypes.h → qualifier as in folder names (zh-rCN, land, …). Knows no resource."""

from __future__ import annotations

import struct
from typing import NamedTuple

_FIELDS = struct.Struct("<HH2s2sBBHBBBBHHHHBBHHH4s8sBB")
_ORIENTATION = ("", "port", "land", "square")
_TOUCH = ("", "notouch", "stylus", "finger")
_KEYBOARD = ("", "nokeys", "qwerty", "12key")
_NAVIGATION = ("", "nonav", "dpad", "trackball", "wheel")
_SIZE = ("", "small", "normal", "large", "xlarge")
_MODE = ("", "", "desk", "car", "television", "appliance", "watch", "vrheadset")
_DENSITY = {120: "ldpi", 160: "mdpi", 213: "tvdpi", 240: "hdpi", 320: "xhdpi", 480: "xxhdpi", 640: "xxxhdpi",
            0xFFFE: "anydpi", 0xFFFF: "nodpi"}
FIRST_CHOICE = frozenset({"zh-rCN", "b+zh+Hans", "b+zh+Hans+CN"})


class Qualifier(NamedTuple):
    """The locale (zh-rCN, b+zh+Hans, "" for none) and everything else, as in folder names."""

    mobile: str
    locale: str
    further: str

    def __str__(self) -> str:
        return "-".join(part for part in self if part)

    @property
    def rank(self) -> int:
        """Order in which one text is chosen: zh-rCN 0, zh 2, default 4, other Chinese 6, others 8; one more
        when there are further qualifiers (night, v21, …)."""
        if self.locale in FIRST_CHOICE:
            rank = 0
        elif self.locale == "zh":
            rank = 2
        elif not self.locale:
            rank = 4
        else:
            rank = 6 if self.locale.startswith(("zh-", "b+zh+")) else 8
        return rank + bool(self.further or self.mobile)


def read_qualifier(config: bytes) -> Qualifier:
    """Qualifier of a config without its size field. Trailing fields that are missing count as zero."""
    (mcc, mnc, language, region, orientation, touch, density, keyboard, navigation, input_flags, _, width, height, sdk,
     _, layout, mode, smallest, width_dp, height_dp, script, variant, layout2, colour) = _FIELDS.unpack(
        config[:_FIELDS.size].ljust(_FIELDS.size, b"\0"))
    further = [
        _pick(("", "ldltr", "ldrtl"), layout >> 6), f"sw{smallest}dp" if smallest else "",
        f"w{width_dp}dp" if width_dp else "", f"h{height_dp}dp" if height_dp else "", _pick(_SIZE, layout & 15),
        _pick(("", "notlong", "long"), layout >> 4 & 3), _pick(("", "notround", "round"), layout2 & 3),
        _pick(("", "nowidecg", "widecg"), colour & 3), _pick(("", "lowdr", "highdr"), colour >> 2 & 3),
        _pick(_ORIENTATION, orientation), _pick(_MODE, mode & 15), _pick(("", "notnight", "night"), mode >> 4 & 3),
        _DENSITY.get(density, f"{density}dpi") if density else "", _pick(_TOUCH, touch),
        _pick(("", "keysexposed", "keyshidden", "keyssoft"), input_flags & 3), _pick(_KEYBOARD, keyboard),
        _pick(("", "navexposed", "navhidden"), input_flags >> 2 & 3), _pick(_NAVIGATION, navigation),
        f"{width}x{height}" if width or height else "", f"v{sdk}" if sdk else ""]
    mobile = [f"mcc{mcc}" if mcc else "", f"mnc{mnc}" if mnc else ""]
    return Qualifier("-".join(filter(None, mobile)), _locale(language, region, script, variant),
                     "-".join(filter(None, further)))


def _pick(names: tuple[str, ...], number: int) -> str:
    return names[number] if number < len(names) else ""


def _locale(language: bytes, region: bytes, script: bytes, variant: bytes) -> str:
    """zh-rCN, or the BCP 47 form b+zh+Hans+CN where there is a script or a variant."""
    tongue = _unpacked(language, "a")
    if not tongue:
        return ""
    place = _unpacked(region, "0")
    tail = [_ascii(script), place, _ascii(variant)]
    if tail[0] or tail[2]:
        return "+".join(["b", tongue, *(piece for piece in tail if piece)])
    return f"{tongue}-r{place}" if place else tongue


def _unpacked(two: bytes, base: str) -> str:
    """Two letters, or three packed into 15 bits with the top bit set (ResTable_config::unpackLanguageOrRegion)."""
    if not two[0] & 0x80:
        return _ascii(two)
    first, second, third = two[1] & 0x1F, (two[1] >> 5) | (two[0] & 3) << 3, two[0] >> 2 & 0x1F
    return "".join(chr(ord(base) + number) for number in (first, second, third))


def _ascii(piece: bytes) -> str:
    text = piece.split(b"\0")[0].decode("ascii", "replace")
    return text if text.isalnum() else ""
