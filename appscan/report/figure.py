"""Screenshots as figures: which part is shown, and the numbered frames over it. The picture itself stays as it is.
Knows no markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot

from appscan.report.words import Json

FIGURES_SHOWN = 3
TALL = 900
"""Pixels up to which a narrow picture is shown whole: the window of a telephone."""

NARROW = 520
MARGIN = 90
LEAST_WIDTH, LEAST_HEIGHT = 560, 300
MOST_HEIGHT = 620
LEAST_NARROW = 460
MOST_FRAMED = 0.8
"""Share of a picture beyond which a frame points at nothing."""

KNOB = 11
"""Radius of the disc around a number, on a narrow picture."""

MOST_BESIDE = 12
"""Places below one another that are tried for a number where frames lie close."""

FRAME = 3
"""Pixels between what is framed and its frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A numbered frame, in pixels of the picture's file."""

    number: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Knob:
    """Where the number of a frame stands: the middle of its disc."""

    number: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A file beside the report, the part of it that is shown (x, y, width, height), and the frames on it. `source` is
    the screenshot in the recording; `beyond` counts frames that lie outside of the picture; `actor` saw it;
    `stood_in` where it was taken after an answer of the capture itself."""

    file: str
    source: str
    width: int
    height: int
    view: tuple[int, int, int, int]
    frames: tuple[Frame, ...]
    covered: int
    beyond: int
    narrow: bool
    trial: bool = False
    actor: str = ""
    stood_in: bool = False

    @property
    def scale(self) -> float:
        """How thick lines are drawn, so that they look alike on wide and narrow pictures."""
        return max(self.view[2] / 390, 1.0)

    @property
    def knob(self) -> float:
        """Radius of the discs that hold numbers."""
        return KNOB * self.scale

    @property
    def knobs(self) -> tuple[Knob, ...]:
        """The numbers, each at a corner of its frame or along its upper edge, so that none covers another."""
        placed: list[Knob] = []
        for frame in self.frames:
            free = [one for one in self._places(frame)
                    if all(hypot(one.x - other.x, one.y - other.y) > 2.2 * self.knob for other in placed)]
            placed.append(free[0] if free else next(self._places(frame)))
        return tuple(placed)

    def _places(self, frame: Frame) -> Iterator[Knob]:
        """Where the number of a frame may stand, best first; inside of what is shown."""
        left, top, width, height = self.view
        room = self.knob + 1
        right, bottom, step = frame.x + frame.width, frame.y + frame.height, 2.3 * self.knob
        corners = [(right, frame.y), (frame.x, frame.y), (right, bottom), (frame.x, bottom)]
        along = [(right - step * number, frame.y) for number in range(1, int(frame.width / step) + 1)]
        beside = [(right, frame.y + step * number) for number in range(1, MOST_BESIDE)]
        for x, y in (*corners, *along, *beside):
            yield Knob(frame.number, min(max(x, left + room), left + width - room),
                       min(max(y, top + room), top + height - room))


class Figures:
    """The figures of one occurrence; frames are numbered through all of them."""

    def __init__(self, document: Json) -> None:
        self._kept: Mapping[str, Json] = {one["source"]: one for one in document.get("pictures", ())}
        self._boxes: dict[str, dict[tuple[int, ...], int]] = {}
        self._trials: set[str] = set()
        self._actors: dict[str, str] = {}
        self._stood_in: set[str] = set()
        self._next = 1

    def number_of(self, seen: Json, actor: str = "") -> int:
        """The number of the frame around what `actor` saw, 0 where no picture shows it."""
        picture, box = seen.get("picture", ""), tuple(seen.get("box", ()))
        if picture not in self._kept or (picture not in self._boxes and len(self._boxes) >= FIGURES_SHOWN):
            return 0
        boxes = self._boxes.setdefault(picture, {})
        if seen.get("stood_in"):
            self._stood_in.add(picture)
        self._actors.setdefault(picture, actor)
        place = _inside(box, self._kept[picture]) if box else None
        kept = self._kept[picture]
        if place is None or place[2] * place[3] > MOST_FRAMED * kept["width"] * kept["height"]:
            return 0
        if box not in boxes:
            boxes[box] = self._next
            self._next += 1
        return boxes[box]

    def add_trial(self, picture: str, actor: str = "") -> None:
        """Show what a trial left on the screen, where there is room."""
        if picture in self._kept and len(self._boxes) < FIGURES_SHOWN:
            if picture not in self._boxes:
                self._trials.add(picture)
                self._actors[picture] = actor
            self._boxes.setdefault(picture, {})

    def arranged(self) -> tuple[Figure, ...]:
        """The figures, those with frames first; beside them no other screenshots but what trials left."""
        figures = [self._figure(source, boxes) for source, boxes in self._boxes.items()]
        framed = any(one.frames for one in figures)
        telling = [one for one in figures if one.frames or one.trial or not framed]
        return tuple(sorted(telling, key=lambda one: not one.frames))

    def _figure(self, source: str, boxes: Mapping[tuple[int, ...], int]) -> Figure:
        kept = self._kept[source]
        frames = [Frame(number, *place) for box, number in boxes.items()
                  if (place := _inside(box, kept)) is not None]
        width, height = kept["width"], kept["height"]
        view = _view(width, height, frames)
        return Figure(f"evidence/{kept['sha256']}.png", source, width, height, view, tuple(frames), kept["covered"],
                      len(boxes) - len(frames), view[2] <= NARROW, source in self._trials, self._actors.get(source, ""),
                      source in self._stood_in)


def _inside(box: Sequence[int], kept: Json) -> tuple[int, int, int, int] | None:
    """A box of the screenshot on the file, with the room of the frame; None where it lies outside."""
    left, top = max(box[0] - kept["left"] - FRAME, 0), max(box[1] - kept["top"] - FRAME, 0)
    right = min(box[0] - kept["left"] + box[2] + FRAME, kept["width"])
    bottom = min(box[1] - kept["top"] + box[3] + FRAME, kept["height"])
    return (left, top, right - left, bottom - top) if right - left > FRAME and bottom - top > FRAME else None


def _view(width: int, height: int, frames: Iterable[Frame]) -> tuple[int, int, int, int]:
    """What is shown: a telephone's window down to its last frame, else the surroundings of the frames."""
    frames = list(frames)
    if width <= NARROW and height <= TALL:
        lowest = max((one.y + one.height + 2 * MARGIN for one in frames), default=height)
        return 0, 0, width, min(height, max(lowest, LEAST_NARROW))
    framed = frames or [Frame(0, 0, 0, width, min(height, MOST_HEIGHT))]
    left, right = _span(min(one.x for one in framed), max(one.x + one.width for one in framed), LEAST_WIDTH, width)
    top, bottom = _span(min(one.y for one in framed), max(one.y + one.height for one in framed), LEAST_HEIGHT, height)
    return left, top, right - left, min(bottom - top, max(MOST_HEIGHT, (right - left) * 2))


def _span(first: int, last: int, least: int, whole: int) -> tuple[int, int]:
    """A stretch around (first, last) with a margin, at least so long, inside of the whole."""
    begin, end = max(first - MARGIN, 0), min(last + MARGIN, whole)
    lack = max(least - (end - begin), 0)
    begin = max(begin - lack // 2, 0)
    end = min(max(end, begin + least), whole)
    return max(min(begin, end - least), 0), end
