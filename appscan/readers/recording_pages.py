"""States of a recording → facts: what each screen shows, its forms and its dialogs. Knows no request and no check."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from appscan.model.personal import Box, Placed, persons
from appscan.model.reading import Fact, Role
from appscan.readers.file_facts import shorten
from appscan.readers.recording_arrivals import Arrival
from appscan.readers.recording_facts import PageFacts, RecordedFiles
from appscan.readers.recording_rows import Row

LONGEST_ROUTE = 400
LONGEST_DIALOG = 600
UNKNOWN_PLACE = "recording.json"
"""File of what a capture could tie to no state."""

CONTROL_ROLES = {
    "link": Role.LINK, "tab": Role.TAB, "menu": Role.MENU, "menuitem": Role.MENU, "menuitemcheckbox": Role.MENU,
    "menuitemradio": Role.MENU, "treeitem": Role.MENU, "option": Role.OPTION, "radio": Role.OPTION,
    "checkbox": Role.OPTION, "switch": Role.OPTION, "textbox": Role.LABEL, "searchbox": Role.LABEL,
    "password": Role.LABEL, "date": Role.LABEL, "time": Role.LABEL, "range": Role.LABEL, "select": Role.LABEL,
    "combobox": Role.LABEL, "spinbutton": Role.LABEL, "slider": Role.LABEL, "hidden": Role.LABEL,
}
"""Roles of controls; what is not listed can be pressed and is a button."""
TEXT_ROLES = {
    "heading": Role.TITLE, "title": Role.TITLE, "placeholder": Role.HINT, "hint": Role.HINT, "option": Role.OPTION,
    "button": Role.BUTTON, "link": Role.LINK, "tab": Role.TAB, "menu": Role.MENU, "prose": Role.PROSE,
    "paragraph": Role.PROSE,
}
_WORDY = re.compile(r"[^\W\d_]|\b(?:19|20)\d\d[-/.]\d{1,2}\b")  # a date alone tells how old a page is
_BLANK = re.compile(r"\s+")
CONTAINED = 3
"""From so many texts on, what holds them is a frame and no control."""
SMALL_PAGE = 240
"""Characters of a page that holds little beside where to sign in."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LOGIN = re.compile(r"(?<![a-z])(?:log-?in|log-?on|sign-?in|sso|cas|oauth2?|passport|denglu)(?![a-z])")
_DOOR = re.compile(r"(?<![a-z])(?:register|regist|sign-?up|forget|forgot|reset|retrieve|find-?p(?:wd|assword)|"
                   r"p(?:wd|assword)|agreement|protocol|privacy|terms|captcha|verify|40[134]|error|download)(?![a-z])")
"""Pages that stand open beside a login: to register, to get a password back, what one agrees to."""
_SIGN_IN = re.compile(r"(?:立即|马上|一键|快捷|手机号?|短信|验证码|账号|密码|统一身份认证|扫码|授权){0,3}登[录陆]|"
                      r"登录/注册|(?:log|sign)(?:in|on)", re.IGNORECASE)
_BUSY = re.compile(r"(?:正在)?(?:加载|载入|处理|提交|登录|请稍|loading|please wait)[^。]{0,8}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was seen: the file its facts stand in and its screen's name, "" where it is not known."""

    file: str
    screen: str


@dataclass(slots=True)
class _Control:
    """A control of a state, on its way to the text that names it."""

    text: str
    role: Role
    box: str
    disabled: bool
    margin: str
    told: bool = False


class Places:
    """States by id, and what of them later rooms need: routes, addresses, DOM parts and visible texts."""

    def __init__(self) -> None:
        self.of_state: dict[str, Place] = {}
        self.titles: list[str] = []
        self.doms: dict[tuple[str, str], tuple[str, str]] = {}
        self.visible: dict[str, set[str]] = defaultdict(set)
        self.logins: set[str] = set()
        self.doors: set[str] = set()

    @property
    def routes(self) -> set[str]:
        """Routes that were seen."""
        return {place.screen for place in self.of_state.values()}

    def of(self, state: str) -> Place:
        """Place of the state `state`."""
        return self.of_state.get(state, Place(UNKNOWN_PLACE, ""))


def route_of(state: Row) -> str:
    """Route of a state, else the path of its address."""
    route = state.text("route", LONGEST_ROUTE)
    if route:
        return route
    try:
        return urlsplit(state.text("url")).path[:LONGEST_ROUTE] or "/"
    except ValueError:
        return "/"


def read_places(states: Iterable[Row]) -> Places:
    """First walk over the states: ids, titles, DOM parts, and what can be seen on each route."""
    places = Places()
    titled: dict[str, set[str]] = defaultdict(set)
    for state in states:
        route = route_of(state)
        places.of_state[state.text("id", 200)] = Place(route, route)
        title = " ".join(state.text("title", 400).split())
        if title:
            titled[title].add(route)
        dom = state.maybe_text("dom", 64)
        if dom:
            places.doms.setdefault((route, dom), (state.text("actor", 100), state.text("url")))
        seen = places.visible[route]
        for kind in ("texts", "controls", "dialogs"):
            seen.update(squeeze(row.text("text")) for row in state.rows(kind))
        if asks_who(state, route):
            places.logins.add(route)
        elif _DOOR.search(_camel(route)):
            places.doors.add(route)
    places.titles = [title for title, routes in titled.items() if len(routes) == 1]
    return places


def asks_who(state: Row, route: str) -> bool:
    """Whether a state is a page to sign in on: a password, a path that says so, or little beside a field and 登录."""
    if any(field.text("type", 40) == "password" for form in state.rows("forms") for field in form.rows("fields")):
        return True
    if _LOGIN.search(_camel(route)):
        return True
    controls = [(squeeze(row.text("text", 400)), row.text("role", 40)) for row in state.rows("controls")]
    return (state.count("text_length") < SMALL_PAGE and any(_SIGN_IN.fullmatch(text) for text, _ in controls)
            and any(CONTROL_ROLES.get(role) is Role.LABEL for _, role in controls))


def _camel(route: str) -> str:
    """A route with its words apart, in small letters."""
    return _HUMP.sub("-", route.partition("?")[0]).lower()


def squeeze(text: str) -> str:
    """Text without any white space, as it is compared between a picture and its DOM."""
    return _BLANK.sub("", text)


def read_state(state: Row, files: RecordedFiles, places: Places, arrival: Arrival) -> None:
    """Gather what one state shows. A document title that many routes share stands after what the page calls itself."""
    route = route_of(state)
    reader = _StateReader(state, files.of(route, state.text("actor", 100)), route)
    reader.page.note(reader.node, reader.screen, came_by=arrival.pressed, stood_in=arrival.stood_in)
    reader.read(set(places.titles))


class _StateReader:
    """One state on its way into the facts of its route; what an earlier state of the route showed is not repeated,
    titles excepted."""

    def __init__(self, state: Row, page: PageFacts, route: str) -> None:
        self.state = state
        self.page = page
        self.screen = page.screen(route)
        self.node = page.node()
        self._titled: set[str] = set()
        self._told: set[str] = set()

    def read(self, own_titles: set[str]) -> None:
        page, state = self.page, self.state
        page.add(Fact.NODE, "state", screen=self.screen, node=self.node)
        page.note(self.node, self.screen, picture=state.maybe_text("picture", 64), viewport=state.text("viewport", 20))
        title = " ".join(state.text("title", 400).split())
        if title in own_titles:
            self._show(title, Role.TITLE)
        self._texts()
        if title:
            self._show(title, Role.TITLE)
        for form in state.rows("forms"):
            self._form(form)
        for dialog in state.rows("dialogs"):
            self._dialog(dialog)

    def _texts(self) -> None:
        """Texts in order; one that a control is called by has the control's role."""
        single = {squeeze(row.text("text")) for row in self.state.rows("texts")}
        controls = [control for row in self.state.rows("controls")
                    if not _is_container(control := _control(row), single)]
        named: dict[str, list[_Control]] = defaultdict(list)
        for control in controls:
            named[squeeze(control.text)].append(control)
        placed = [placed_text(row) for row in self.state.rows("texts")]
        for index in persons(placed):
            self.page.add_once(Fact.ATTRIBUTE, shorten(" ".join(placed[index].text.split())), "person",
                               screen=self.screen, node=self.node, parent=self.node)
        for row in self.state.rows("texts"):
            text, box = row.text("text"), row.box()
            role = TEXT_ROLES.get(row.text("role", 40), Role.LABEL)
            called = None if role in (Role.TITLE, Role.HINT) else _holding(named.get(squeeze(text), ()), box)
            if called is None:
                self._show(text, role, box, margin=row.text_if_any("margin", 20))
            else:
                self._press(called)
        for control in controls:
            if not control.told:
                self._press(control)

    def _press(self, control: _Control) -> None:
        control.told = True
        self._show(control.text, control.role, control.box, disabled=control.disabled, margin=control.margin)

    def _show(self, text: str, role: Role, box: str = "", *, disabled: bool = False, margin: str = "") -> None:
        words = shorten(" ".join(text.split()))
        if not _WORDY.search(words):
            return
        self._told.add(squeeze(words))
        if role is Role.TITLE:
            if words in self._titled:
                return
            self._titled.add(words)
        elif not self._is_new(words, role, margin):
            return
        node = self.page.node()
        self.page.add(Fact.TEXT, words, role, screen=self.screen, node=node, parent=self.node)
        self.page.note(node, self.screen, box=box, disabled=disabled, margin=margin)

    def _is_new(self, words: str, role: Role, margin: str) -> bool:
        """Whether a text is to be told: what only a margin showed is told again where the page itself shows it."""
        anywhere = self.page.is_new(Fact.TEXT, words, role, self.screen)
        return anywhere if margin else self.page.is_new(Fact.TEXT, words, f"{role} of the page", self.screen)

    def _form(self, form: Row) -> None:
        page, screen = self.page, self.screen
        fields = [(field.text("label", 400), field.text("name", 200), field.text("type", 40), field.flag("required"),
                   field.text("accept", 200), field.text("capture", 40), field.text("value_kind", 40))
                  for field in form.rows("fields")]
        signature = "\n".join([form.text("selector", 600), *("\t".join(map(str, field[:6])) for field in fields)])
        if not page.is_new(Fact.NODE, signature, "form", screen):
            return
        node = page.node()
        page.add(Fact.NODE, "form", screen=screen, node=node, parent=self.node)
        for label, name, kind, required, accept, capture, filled in fields:
            of_field = page.node()
            page.add(Fact.NODE, "input", screen=screen, node=of_field, parent=node)
            page.note(of_field, screen, name=name, type=kind, accept=accept, capture=capture, required=required,
                      value_kind=filled, required_field=kind if required else "")
            self._show(label, Role.LABEL)
        self._show(form.text("submit", 400), Role.BUTTON)

    def _dialog(self, dialog: Row) -> None:
        page, text = self.page, " ".join(dialog.text("text").split())
        way = way_out(text, dialog.maybe_flag("closable"), dialog.flag("modal"))
        covers, box = dialog.number("covers"), dialog.box()
        if page.is_new(Fact.DIALOG, text, way, self.screen):
            node = page.node()
            page.add(Fact.DIALOG, shorten(text)[:LONGEST_DIALOG], dialog_role(way), screen=self.screen, node=node,
                     parent=self.node)
            page.note(node, self.screen, dialog=way, covers=str(round(100 * min(covers, 1))), box=box)
        whole = squeeze(text)
        if not any(told in whole for told in self._told):
            self._show(text, Role.LABEL, box)
        for row in dialog.rows("controls"):
            self._press(_control(row))


def placed_text(row: Row) -> Placed:
    """A text of a state with its role and box."""
    return Placed(row.text("text"), row.text("role", 40), box_of(row.box()))


def box_of(box: str) -> Box | None:
    """The box in an attribute, None for ""."""
    if not box:
        return None
    x, y, width, height = map(int, box.split(","))
    return x, y, width, height


def way_out(text: str, closable: bool | None, modal: bool) -> str:
    """How a dialog can be left: closable, stuck (modal and shown to have no way out), busy (a waiting sign, which goes
    by itself), open where that is not known or the page stays usable."""
    if closable:
        return "closable"
    if _BUSY.match(text) and len(text) <= 20:
        return "busy"
    return "stuck" if closable is False and modal and _WORDY.search(text) else "open"


def dialog_role(way: str) -> str:
    """Role of a DIALOG fact: closable, stuck, or "" where neither is shown."""
    return way if way in ("closable", "stuck") else ""


def _control(row: Row) -> _Control:
    return _Control(row.text("text", 400), CONTROL_ROLES.get(row.text("role", 40).lower(), Role.BUTTON), row.box(),
                    row.flag("disabled"), row.text_if_any("margin", 20))


def _is_container(control: _Control, single: set[str]) -> bool:
    """Whether what can be pressed is only the frame around several texts, such as a menu as a whole."""
    pieces = control.text.split()
    return len(pieces) >= CONTAINED and all(piece in single for piece in pieces)


def _holding(controls: Iterable[_Control], box: str) -> _Control | None:
    """The first control not yet told whose box holds the middle of the text; any where boxes are not known."""
    for control in controls:
        if not control.told and (not box or not control.box or _holds(control.box, box)):
            return control
    return None


def _holds(outer: str, inner: str) -> bool:
    x, y, width, height = map(int, outer.split(","))
    left, top, wide, high = map(int, inner.split(","))
    return x <= left + wide // 2 <= x + width and y <= top + high // 2 <= y + height
