"""Which UI role a text of an XML screen has, from its element, attribute and ancestors. Knows no file format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from appscan.model.reading import Role

PROSE_LENGTH = 120
"""Characters above which a label is running text."""
CLICK_DEPTH, CLICKABLE_DEPTH = 3, 2
"""How far above a text an element with onClick, or with clickable="true", still makes it a button's caption."""

OPTION_ENDINGS = ("CheckBox", "RadioButton", "Switch", "SwitchCompat", "SwitchMaterial", "MaterialSwitch",
                  "SwitchButton", "ToggleButton", "CheckedTextView")
BUTTON_ENDINGS = ("Button", "Chip", "Btn", "ButtonView")
TOOLBAR_ENDINGS = ("Toolbar", "ToolBar", "TitleBar", "CollapsingToolbarLayout", "ActionBar", "TopBar")
MENU_BARS = ("BottomNavigationView", "NavigationView", "NavigationRailView", "BottomNavigationBar", "BottomBar",
             "TabBar", "BottomNavigation", "FragmentTabHost")
"""Views that hold the menu of the whole app."""
TAB_ENDINGS = ("TabItem", "TabView")
INPUT_ENDINGS = ("EditText", "TextInputLayout", "AutoCompleteTextView", "SearchView", "Spinner")

TEXT_ATTRIBUTES = {
    "text": Role.LABEL, "title": Role.TITLE, "subtitle": Role.LABEL, "label": Role.LABEL, "hint": Role.HINT,
    "queryHint": Role.HINT, "placeholderText": Role.HINT, "helperText": Role.HINT, "prompt": Role.HINT,
    "summary": Role.LABEL, "summaryOn": Role.LABEL, "summaryOff": Role.LABEL, "description": Role.LABEL,
    "contentDescription": Role.LABEL, "tooltipText": Role.LABEL, "textOn": Role.OPTION, "textOff": Role.OPTION,
    "switchTextOn": Role.OPTION, "switchTextOff": Role.OPTION, "dialogTitle": Role.TITLE, "dialogMessage": Role.LABEL,
    "positiveButtonText": Role.BUTTON, "negativeButtonText": Role.BUTTON, "imeActionLabel": Role.BUTTON,
    "titleCondensed": Role.TITLE, "shortcutShortLabel": Role.MENU, "shortcutLongLabel": Role.MENU,
    "shortcutDisabledMessage": Role.LABEL, "accessibilityPaneTitle": Role.TITLE, "titleText": Role.TITLE,
    "centerTitle": Role.TITLE, "rightText": Role.BUTTON, "leftText": Role.LABEL, "tabText": Role.TAB}
"""Attributes that hold visible text, with the role they have when nothing else decides."""
OPTION_LISTS = frozenset({"entries", "entrySummaries"})


@dataclass(frozen=True, slots=True)
class Place:
    """An element as far as roles depend on it. click: it has onClick; clickable: it says clickable="true"."""

    tag: str
    click: bool = False
    clickable: bool = False
    parent: Place | None = None

    @property
    def name(self) -> str:
        """Tag without its package."""
        return self.tag.rpartition(".")[2]


def text_role(document: str, place: Place, attribute: str, text: str) -> Role:
    """Role of a text. `document`: layout | menu | navigation | preference | xml."""
    role = TEXT_ATTRIBUTES.get(attribute, Role.LABEL)
    match document:
        case "menu":
            return Role.MENU
        case "navigation":
            return Role.TITLE if attribute == "label" else role
        case "layout":
            role = _layout_role(place, attribute, role)
    return Role.PROSE if role is Role.LABEL and len(text) > PROSE_LENGTH else role


def _layout_role(place: Place, attribute: str, role: Role) -> Role:
    name = place.name
    if attribute in ("text", "contentDescription", "label"):
        if name.endswith(TAB_ENDINGS):
            return Role.TAB
        if name.endswith(OPTION_ENDINGS):
            return Role.OPTION
        if name.endswith(BUTTON_ENDINGS) or place.click or place.clickable:
            return Role.LABEL if name.endswith(INPUT_ENDINGS) else Role.BUTTON
    if attribute != "text" or name.endswith(INPUT_ENDINGS):
        return role
    if _inside(place, lambda above, _: above.name.endswith(TOOLBAR_ENDINGS), 64):
        return Role.TITLE
    return Role.BUTTON if _inside(place, _makes_button, CLICK_DEPTH) else role


def _makes_button(above: Place, depth: int) -> bool:
    """A clickable root only swallows touches, so it does not count."""
    return above.click or (above.clickable and above.parent is not None and depth <= CLICKABLE_DEPTH)


def _inside(place: Place, wanted: Callable[[Place, int], bool], limit: int) -> bool:
    above, depth = place.parent, 1
    while above is not None and depth <= limit:
        if wanted(above, depth):
            return True
        above, depth = above.parent, depth + 1
    return False
