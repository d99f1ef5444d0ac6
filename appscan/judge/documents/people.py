"""Whom a sentence of a document is about: workers at the grassroots, or others (citizens, patients, devices). Knows no
check; all words come from vocabulary/plans.yaml.

What is nearest decides: the sentence, its section, the title, the whole document. Nobody named counts as workers.
"""

from __future__ import annotations

from appscan.checks.pack import Plans
from appscan.judge.documents.outline import Outline
from appscan.judge.documents.standing import fits

OUTNUMBERED = 4
"""So many times more sentences about others than about workers make a document one for others."""


class People:
    """Answers for one document."""

    def __init__(self, outline: Outline, plans: Plans) -> None:
        words = plans.people
        self._staff, self._helpers = words.get("staff", ()), words.get("helpers", ())
        self._others, self._subjects = words.get("others", ()), words.get("subjects", ())
        self._is_for_others = fits(words.get("editions", ()), outline.title) and not fits(self._staff, outline.title)
        self._negators = plans.around.get("negators", ())
        self._outline = outline
        self._of_scope: dict[int, bool | None] = {}
        self._units_of: dict[int, list[int]] = {}
        for index, unit in enumerate(outline.units):
            self._units_of.setdefault(outline.sections[unit.section].scope, []).append(index)
        self._of_workers = fits(self._staff, outline.title) and not fits(self._subjects, outline.title)
        self._document = self._about_others()

    def about_others(self, index: int) -> bool:
        """Whether a unit is about others."""
        unit = self._outline.units[index]
        if self._is_for_others:
            return True  # what citizens do in their edition is called as what workers do in theirs (巡河)
        if fits(self._subjects[:1], unit.text):
            return True  # whoever sits an examination or plays a match is no worker at it, whatever the post
        if fits(self._staff, unit.text):
            return False
        if fits(self._subjects, unit.text) and not fits(self._helpers, unit.text):
            return True
        scope = self._outline.sections[unit.section].scope
        if scope not in self._of_scope:
            self._of_scope[scope] = self._scope(scope)
        known = self._of_scope[scope]
        return self._document if known is None else known

    def _scope(self, scope: int) -> bool | None:
        """Whether a section is about others; None where it names nobody, or both and more workers."""
        texts = [self._outline.units[index].text for index in self._units_of.get(scope, ())]
        staff = sum(self._names_staff(text) for text in texts)
        others = sum(fits(self._subjects, text) and not fits((*self._staff, *self._helpers), text) for text in texts)
        helpers = sum(fits(self._helpers, text) for text in texts)
        by_the_way = 1 if self._of_workers else 0  # a manual for workers may name a caller or a car
        return others > max(OUTNUMBERED * staff, helpers, by_the_way) if staff or others else None

    def _names_staff(self, text: str) -> bool:
        return fits(self._staff, text) and not fits(self._negators, text)

    def _about_others(self) -> bool:
        title = self._outline.title
        if self._of_workers:
            return False
        texts = [unit.text for unit in self._outline.units]
        staff = sum(self._names_staff(text) for text in texts)
        others = sum(fits((*self._others, *self._subjects), text) for text in texts)
        if fits(self._others, title):
            return staff * 2 <= others
        helpers = sum(fits(self._helpers, text) for text in texts)
        return others > OUTNUMBERED * (staff + helpers) and others > 1
