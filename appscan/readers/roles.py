"""What a text is by the element it stands in: tags and attributes of HTML, Vue, uni-app, mini-programs, React Native
and the common component sets. Knows no file format and no check."""

from __future__ import annotations

import re

from appscan.model.reading import Role


def words(listed: str) -> frozenset[str]:
    """The words of a list that is written as one text."""
    return frozenset(listed.split())


BUTTONS = words(
    "button touchableopacity touchablehighlight touchablewithoutfeedback touchable touchablenativefeedback "
    "pressable van-submit-bar summary")
LINKS = words("a navigator router-link nuxt-link u-link el-link uni-link navlink link")
TITLES = words(
    "title h1 h2 h3 h4 h5 h6 u-navbar van-nav-bar uni-nav-bar page-header el-page-header cu-custom uni-title "
    "uni-section caption mt-header x-header")
DIALOGS = words(
    "el-dialog van-dialog u-modal uni-popup-dialog van-action-sheet el-drawer u-popup modal a-modal van-popup "
    "mt-popup alert")
TABS = words(
    "van-tab el-tab-pane van-tabbar-item u-tabbar-item mt-tab-item tab tab-bar-item a-tab-pane uni-tabbar-item")
MENUS = words(
    "el-menu-item menuitem menu-item van-grid-item u-grid-item uni-grid-item el-dropdown-item van-dropdown-item "
    "uni-list-item van-cell u-cell u-cell-item")
OPTIONS = words(
    "option el-option van-radio el-radio u-radio radio checkbox el-checkbox van-checkbox u-checkbox "
    "picker-view-column")
PROSE = words("p li td dd blockquote article rich-text")
TEXT_ATTRIBUTES = words(
    "title label text content placeholder confirmtext canceltext value confirmbuttontext cancelbuttontext "
    "description desc message header submittext buttontext uploadtext lefttext righttext arialabel ariadescription "
    "alt")
FACT_ATTRIBUTES = words(
    "type name accept capture required sourcetype source-type opentype open-type maxlength maskclosable "
    "mask-closable showclose show-close showcancel show-cancel showcancelbutton show-cancel-button isrequired "
    "is-required closeonclickmodal close-on-click-modal closeonclickoverlay close-on-click-overlay "
    "closeonpressescape close-on-press-escape cancelable closeable is-mask-click camera mode multiple method prop "
    "list-type listtype")
UPLOADERS = words(
    "van-uploader u-upload up-upload uni-file-picker nut-uploader imageuploader image-uploader wd-upload "
    "tn-image-upload")
"""Elements of component sets that let a person add pictures and say so by being there."""
OPTION_ATTRIBUTES = words("data-options lay-data lay-options")
"""Attributes in which EasyUI and layui keep an object literal: addresses, fields of columns, what is required."""
PLAIN_TAGS = words(
    "div span view text p img image i b br hr block template ul ol li section strong em font center tr td tbody "
    "thead th meta html head body link style script svg path g transition scroll-view swiper-item cover-view small "
    "sup sub dl dt dd fragment")
"""Elements that lay out or carry text and say nothing by being there."""
LONG_PROSE = 60

_BUILT_IN = words(
    "view text image button input textarea form label picker radio checkbox switch slider navigator swiper "
    "swiper-item scroll-view video camera map canvas web-view icon progress editor cover-view rich-text")
_CLICK = re.compile(r"^(?:@|v-on:|on:?-?|bind:?|catch:?|mut-bind:?)"
                    r"(?:click|tap|press|touchend|submit|confirm|longpress)(?:\.|$)", re.IGNORECASE)
_BUTTON_NAME = re.compile(r"(?:^|[-_])(?:button|btn)$")
_HAN = re.compile(r"[\u3400-\u9fff]")


def plain_tag(tag: str) -> str:
    """Tag as it is compared: lower case, without uni-app's prefixes of built-in components (v-uni-button → button)."""
    lowered = tag.lower()
    if lowered.startswith("v-uni-"):
        return lowered[6:]
    return lowered[4:] if lowered.startswith("uni-") and lowered[4:] in _BUILT_IN else lowered


def is_click(attribute: str) -> bool:
    """True for attributes that make an element answer a tap: onclick, @click, v-on:click, bindtap, onPress, …"""
    return _CLICK.match(attribute) is not None


def is_button(tag: str) -> bool:
    """True for plain tags that are buttons by themselves."""
    return tag in BUTTONS or _BUTTON_NAME.search(tag) is not None


def text_role(tag: str, clickable: bool, text: str) -> Role:
    """Role of a text that stands in an element with plain tag `tag`."""
    if is_button(tag):
        return Role.BUTTON
    for tags, role in _BY_TAG:
        if tag in tags:
            return role
    if clickable:
        return Role.BUTTON
    return Role.PROSE if tag in PROSE and len(text) >= LONG_PROSE else Role.LABEL


_BY_TAG = ((LINKS, Role.LINK), (TITLES, Role.TITLE), (TABS, Role.TAB), (MENUS, Role.MENU), (OPTIONS, Role.OPTION))


def attribute_role(tag: str, attribute: str, kind: str, value: str, clickable: bool = False) -> Role | None:
    """Role of the text in attribute `attribute` (any case) of an element; None where a person does not see it as text.

    `kind` is the value of the element's type attribute. `text`, `value`, `content` and the like are also names of
    variables and modes, so that they count only where a person could read them.
    """
    name = attribute.lower().replace("-", "")
    if name not in TEXT_ATTRIBUTES:
        return None
    if name == "placeholder":
        return Role.HINT
    if tag == "a" and name == "title":
        return Role.HINT
    if tag in ("meta", "a") and name in ("title", "content"):
        return None
    if name == "alt":
        return Role.BUTTON if tag == "input" or clickable else Role.LABEL
    if name.endswith("text") and name != "text":
        return Role.BUTTON
    if name == "value":
        return Role.BUTTON if kind in ("button", "submit", "reset") or is_button(tag) else None
    if name in ("content", "text", "label", "message", "desc", "description", "header") and not (
            _HAN.search(value) or is_button(tag) or "-" in tag):
        return None
    if name in ("title", "header") and (tag in DIALOGS or tag in TITLES):
        return Role.TITLE
    return text_role(tag, clickable, value)
