"""Force trials: what a page does when someone declines, leaves out, goes elsewhere, takes back or opts out.

Knows no policy. Everything is tried against the capture's own answers; nothing is submitted to a server.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from appscan.capture.attempts import Attempts, Reply
from appscan.capture.explore import Explorer
from appscan.capture.failures import CaptureError, Failure
from appscan.capture.gates import passages, skip_dialog, skip_passage
from appscan.capture.journal import Journal, Moment
from appscan.capture.omissions import Omission, omissions, omit
from appscan.capture.page import Seat
from appscan.capture.shapes import listed, plain_text
from appscan.capture.states import Node

PROMPTS = (
    ("geolocation", re.compile(r"geolocation|location|position", re.IGNORECASE)),
    ("camera", re.compile(r"getUserMedia|camera|chooseImage", re.IGNORECASE)),
    ("notifications", re.compile(r"Notification", re.IGNORECASE)),
)
SWITCHES = ("switch",)
SHARE_GONE = 0.3
"""Where so much of a page's text is replaced by other text after a refusal, the page does not go on."""
DEMANDING = re.compile(
    r"请(先|重新|您|在)?.{0,6}(开启|打开|允许|授权|上传|拍|定位|开通|同意|设置)|必须|必填|才(能|可)|(无法|不能|不可|不得|禁止)|失败|未授权|"
    r"\bmust\b|required|\bcannot\b|can't|unable|failed|please (allow|enable|upload|turn on|take)",
    re.IGNORECASE,
)
LEAVING_FREE = re.compile(
    r"不影响|仍(然)?(可|能)|(可|可以)(继续|跳过|不|随时|稍后)|不(是)?必(须|填)?需?|自愿|不强制|照常|(也|还)可(以)?|"
    r"(请|可)?(手动|手工|自行)(输入|填写|填报|选择|录入|添加)|已?按.{0,6}记录|\boptional\b|"
    r"not required|you can (still|continue)|(enter|type|choose|pick) .{0,20}(by hand|manually|yourself)",
    re.IGNORECASE,
)
"""What a page says to someone who declined: that it wants it all the same, or that it goes on without."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing to try: at a state, a test, in the words of the page what it is about, and how to try it. `attempt`
    gives (trigger, outcome, detail), or None where nothing can be told."""

    node: Node
    test: str
    trigger: str
    attempt: Callable[[], tuple[str, str, str] | None]
    told: bool = True

    @property
    def name(self) -> str:
        return f"{self.test} {self.trigger}"


@dataclass
class Trials:
    """Tries prompts, overlays, forms and gates of the states that a walk has found, at most `most`, until `until`."""

    explorer: Explorer
    journal: Journal
    most: int
    fresh: Callable[[], Seat]
    until: float
    tried: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.attempts = Attempts(self.explorer, self.journal, self._renew)

    def _renew(self) -> Seat:
        return self.fresh()  # another one where the browser was renewed

    def run(self) -> None:
        """All trials, in the order of their tests and states; what was tried before the browser died is not tried
        again. Raises CaptureError (browser_died) where the browser went."""
        waiting = [trial for trial in self._wanted() if trial.name not in self.tried]
        for index, trial in enumerate(waiting):
            if trial.name in self.tried or len(self.tried) >= self.most:
                continue
            if time.monotonic() > self.until:
                self.journal.reached.add("minutes")
                self.journal.gap("trials_not_made", ["trial"], "", count=len(waiting) - index)
                return
            self.tried.add(trial.name)
            self.explorer.progress("trial", len(self.tried), self.most)
            self._try(trial)

    def _try(self, trial: Trial) -> None:
        before = self.journal.moment
        self.journal.moment = Moment(before.actor, trial.node.id, "trial", trial.trigger[:400], before.viewport)
        try:
            found = trial.attempt()
            if found:
                self._write(trial, *found)
            elif trial.told:
                self._gap(trial)
        except CaptureError as error:
            if error.failure is Failure.BROWSER_DIED:
                raise
            self._gap(trial)
        finally:
            self.journal.moment = before
            self.explorer.forget_place()

    def _gap(self, trial: Trial) -> None:
        place = trial.node.sight.url
        self.journal.gap("trial_failed", ["trial"], place, step=trial.test, why=trial.trigger[:200])

    def _wanted(self) -> list[Trial]:
        """Every trial worth making. The tests take turns, so that many prompts do not use up what gates may have."""
        queues = [self._prompts(), self._dialogs(), self._forms(), self._passages(), self._switches()]
        ordered: list[Trial] = []
        for place in range(max(map(len, queues), default=0)):
            ordered += [queue[place] for queue in queues if place < len(queue)]
        return ordered

    def _prompts(self) -> list[Trial]:
        nodes, found = self._nodes(), list[Trial]()
        for call in self.journal.calls:
            node = nodes.get(str(call["state"]))
            family = next((name for name, pattern in PROMPTS if pattern.search(call["api"])), None)
            if not node or not family or call["virtual"] is not None:
                continue
            label = self.journal.prompted_by.get((call["actor"], call["state"], call["api"]), "")
            found.append(self._decline(node, label, family))
            if "watch" in call["api"].lower():
                found.append(self._revoke(node, label, family))
        return _distinct(found)

    def _dialogs(self) -> list[Trial]:
        found = []
        for node, state in self._states():
            for dialog in state["dialogs"]:
                if dialog["modal"] and dialog["text"]:
                    found += [self._opt_out(node, dialog["text"], "dialog"), self._skip(node, dialog)]
        return _distinct(found)

    def _forms(self) -> list[Trial]:
        return _distinct(
            [self._omit(node, row) for node, state in self._states() for row in omissions(state, self.journal)]
        )

    def _passages(self) -> list[Trial]:
        walked = [row for row in self.journal.requests if row["actor"] == self.journal.moment.actor]
        return [self._passage(*row) for row in passages(self.explorer, walked)]

    def _passage(self, gate: Node, places: list[Node], label: str) -> Trial:
        return Trial(gate, "skip", label, lambda: skip_passage(self.attempts, gate, places, label), told=False)

    def _switches(self) -> list[Trial]:
        return _distinct(
            [
                self._opt_out(node, row["text"], "switch")
                for node, state in self._states()
                for row in state["controls"]
                if row["role"] in SWITCHES
            ]
        )

    def _nodes(self) -> dict[str, Node]:
        return {node.id: node for node in self.explorer.nodes.values()}

    def _states(self) -> list[tuple[Node, dict[str, Any]]]:
        nodes = self._nodes()
        return [(nodes[row["id"]], row) for row in self.journal.states if row["id"] in nodes]

    def _write(self, trial: Trial, trigger: str, outcome: str, detail: str) -> None:
        seat = self.explorer.seat
        picture = self._picture(seat)
        self.journal.trials.append(
            {
                "actor": self.journal.moment.actor,
                "state": trial.node.id,
                "test": trial.test,
                "trigger": trigger[:400],
                "outcome": outcome,
                "detail": detail[:2000],
                "picture": picture,
            }
        )

    def _picture(self, seat: Seat) -> str | None:
        """What the page shows now; the texts on it are noted, since persons among them must be covered."""
        if not self.explorer.options.pictures:
            return None
        texts = [plain_text(row) for row in listed(seat.look(), "texts")]
        picture = self.journal.keep_picture(seat.picture())
        if picture is not None:
            self.journal.shown[picture] = texts
        return picture

    def _decline(self, node: Node, label: str, family: str) -> Trial:
        trigger = f"{family} {label}".strip()

        def attempt() -> tuple[str, str, str]:
            before = allowed = self.attempts.start(node, None)
            if label:
                allowed = self.attempts.press(label, None)
            refused = self.attempts.start(node, family)
            if label:
                refused = self.attempts.press(label, family)
            return trigger, *compared(allowed, refused, before.texts if label else None)

        return Trial(node, "decline", trigger, attempt)

    def _revoke(self, node: Node, label: str, family: str) -> Trial:
        trigger = f"{family} {label}".strip()

        def attempt() -> tuple[str, str, str]:
            before = self.attempts.start(node, None)
            if label:
                before = self.attempts.press(label, None)
            after = self.attempts.after("(family) => __appscan.revoke(family)", family)
            changed = (after.texts - before.texts) or after.messages or after.dialogs
            return trigger, *(compared(before, after) if changed else ("allowed", ""))

        return Trial(node, "revoke", trigger, attempt)

    def _omit(self, node: Node, omission: Omission) -> Trial:
        left_out = " ".join(part for part in (omission.submit, omission.picker or omission.family) if part)

        def attempt() -> tuple[str, str, str] | None:
            found = omit(self.attempts, node, omission)
            return (left_out, *found) if found else None

        return Trial(node, "omit", left_out, attempt)

    def _skip(self, node: Node, dialog: dict[str, Any]) -> Trial:
        text, closable = dialog["text"][:200], dialog["closable"] is True
        return Trial(node, "skip", text, lambda: skip_dialog(self.attempts, node, text, closable), told=False)

    def _opt_out(self, node: Node, text: str, what: str) -> Trial:
        """Is there a way out of a dialog, or a switch that can be turned?"""
        trigger = text[:200]

        def attempt() -> tuple[str, str, str]:
            self.attempts.start(node, None)
            seen = self.attempts.seat.ask("([text, what]) => __appscan.wayOut(text, what)", [trigger, what])
            if seen.get("out") and what == "dialog":
                self.journal.can_be_left(text)
            return trigger, "allowed" if seen.get("out") else "refused", str(seen.get("by", ""))[:400]

        return Trial(node, "opt_out", trigger, attempt)


def _distinct(trials: list[Trial]) -> list[Trial]:
    found: dict[str, Trial] = {}
    for trial in trials:
        found.setdefault(trial.name, trial)
    return list(found.values())


def compared(allowed: Reply, refused: Reply, before: frozenset[str] | None = None) -> tuple[str, str]:
    """Outcome of a refusal beside the same walk with consent: does the page go on, stop, or leave it to the server?
    `before`: the texts before a press. That what was refused is not sent is no block, nor is being told about it; a
    page that asks for it and brings nothing of what consent brings, or does nothing else any more, is one."""
    messages = [text for text in refused.messages if text not in allowed.messages]
    dialogs = [text for text in refused.dialogs if text not in allowed.dialogs]
    new = sorted(refused.texts - allowed.texts)
    asked = [text for text in (*messages, *dialogs, *new) if DEMANDING.search(text) and not LEAVING_FREE.search(text)]
    still = {row.partition("?")[0] for row in refused.intended}
    lost = [row for row in allowed.intended if row.partition("?")[0] not in still]
    others = [row for row in allowed.others if row.partition("?")[0] not in still]
    detail = "; ".join([*messages, *dialogs, *new, *(f"not asked: {row}" for row in lost)])
    covered = [text for text in dialogs if not LEAVING_FREE.search(text)]
    if covered or refused.sight.route != allowed.sight.route or others or (lost and asked):
        return "refused", detail
    if refused.intended:
        return "server_decides", "; ".join([detail, *refused.intended]).strip("; ")
    gained = allowed.texts - before if before is not None else frozenset()
    followed = bool(gained) and gained <= refused.texts  # what consent brings came without it
    informed = any(LEAVING_FREE.search(text) for text in (*messages, *new))
    gone = len(allowed.texts - refused.texts) >= max(1, len(allowed.texts) * SHARE_GONE)
    stopped = bool(messages and asked) or (bool(new) and gone)
    return ("refused" if stopped and not followed and not informed else "allowed"), detail
