"""Which of many things may be alike, without comparing each with each: MinHash signatures of sets and near hashes of
icons, both found through blocks. Pure; knows no entry."""

from __future__ import annotations

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from operator import eq

import numpy as np

SIGNS, BANDS = 64, 16
"""Numbers of a signature, and the blocks they are compared in: two sets that share half meet in some block with a
probability of 0.64, two that share 0.7 with 0.99 (Broder 1997; Leskovec, Mining of Massive Datasets, 3.4)."""

MOST_IN_BLOCK = 24
"""A block with more is no likeness but something that everybody has: a vendor's frame, a blank icon."""

ICON_PARTS = (13, 13, 13, 13, 12)
ICON_NEAR = 8
"""Bits of 64 that two icons may differ in. Of five parts at least one then differs in no more than one bit."""

STOCK_ICONS = (0xEA9CA46395CCB1A6, 0xFAC5C51A874B942D, 0xE4C69B1BC36CCD30)
"""What the tools put into a new project: the robot on a grid and the older robot of Android Studio, the one of Cordova.
Apps that never changed it have nothing in common."""

Signature = tuple[int, ...]


def signature(members: Collection[str]) -> Signature:
    """MinHash of a set; empty for an empty one. Equal sets give equal signatures on every machine."""
    if not members:
        return ()
    hashed = np.array([zlib.crc32(one.encode("utf-8", "surrogatepass")) for one in members], np.uint64)
    with np.errstate(over="ignore"):
        mixed = (hashed[:, None] + np.uint64(1)) * _FACTORS[None, :] + _SHIFTS[None, :]
    return tuple((mixed >> np.uint64(32)).min(axis=0).tolist())


def likeness(one: Signature, other: Signature) -> float:
    """Share of equal numbers: about the share that the two sets have in common (Jaccard)."""
    equal: int = sum(map(eq, one, other))
    return equal / SIGNS


def alike(signatures: Mapping[str, Signature], least: float) -> Iterator[tuple[str, str, float]]:
    """Pairs of names whose signatures agree in at least `least`, each pair once."""
    blocks: dict[tuple[int, ...], list[str]] = defaultdict(list)
    width = SIGNS // BANDS
    for name, signs in signatures.items():
        for band in range(BANDS) if signs else ():
            blocks[(band, *signs[band * width:(band + 1) * width])].append(name)
    for one, other in _pairs(blocks.values()):
        share = likeness(signatures[one], signatures[other])
        if share >= least:
            yield one, other, share


def icons_alike(icons: Mapping[str, int]) -> Iterator[tuple[str, str, float]]:
    """Pairs of names whose perceptual hashes (64 bits) differ in at most ICON_NEAR bits, with the share that is
    equal. Stock icons are left out."""
    blocks: list[dict[int, list[str]]] = [defaultdict(list) for _ in ICON_PARTS]
    near: set[tuple[str, str]] = set()
    for name, icon in icons.items():
        if any((icon ^ stock).bit_count() <= ICON_NEAR for stock in STOCK_ICONS):
            continue
        for part, bits, block in zip(_parts(icon), ICON_PARTS, blocks, strict=True):
            for probe in (part, *(part ^ (1 << bit) for bit in range(bits))):
                there = block.get(probe)
                if there is not None and len(there) <= MOST_IN_BLOCK:
                    near.update((other, name) for other in there if (icon ^ icons[other]).bit_count() <= ICON_NEAR)
        for part, block in zip(_parts(icon), blocks, strict=True):
            block[part].append(name)
    for one, other in sorted(near):
        yield one, other, 1 - (icons[one] ^ icons[other]).bit_count() / 64


def _parts(icon: int) -> Iterator[int]:
    for bits in ICON_PARTS:
        yield icon & ((1 << bits) - 1)
        icon >>= bits


def _pairs(blocks: Iterable[list[str]]) -> Iterator[tuple[str, str]]:
    seen: set[tuple[str, str]] = set()
    for names in blocks:
        if not 1 < len(names) <= MOST_IN_BLOCK:
            continue
        for place, one in enumerate(names):
            for other in names[place + 1:]:
                pair = (min(one, other), max(one, other))
                if pair not in seen:
                    seen.add(pair)
                    yield pair


def _numbers(what: str) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Fixed numbers that look random: the same on every machine and in every version of NumPy."""
    digest = hashlib.shake_256(f"appscan {what}".encode()).digest(SIGNS * 8)
    return np.frombuffer(digest, np.uint64).astype(np.uint64)


_FACTORS = _numbers("factors") | np.uint64(1)
_SHIFTS = _numbers("shifts")
