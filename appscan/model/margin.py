"""How a page says what frames it rather than being what it is about: menus, site-wide heads and feet, links beside.
Knows no file format and no check: one list for those who read files and those who watch a browser.

Sources: landmarks of HTML and WAI-ARIA 1.2 (banner, complementary, contentinfo, navigation), and the names that
component sets give the same parts: Element, Ant Design, Vant, uView, WeUI, MUI, layui, Vuetify, Bootstrap.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum

MARGIN = "margin"
"""Role of the facts by which readers tell margins."""


class Margin(StrEnum):
    """The part of a page's margin that an element stands in. Links are blocks of links to elsewhere, headlines beside;
    they may stand inside another margin."""

    LINKS = "links"
    NAVIGATION = "navigation"
    HEADER = "header"
    FOOTER = "footer"
    ASIDE = "aside"


def _named(**listed: str) -> dict[str, Margin]:
    return {name: Margin(margin) for margin, names in listed.items() for name in names.split()}


TAGS = _named(
    navigation="nav el-menu el-submenu el-breadcrumb a-menu a-breadcrumb van-tabbar u-tabbar u-breadcrumb uni-tabbar "
               "uni-breadcrumb mt-tabbar nut-tabbar tabbar tab-bar custom-tab-bar v-navigation-drawer "
               "v-bottom-navigation",
    header="header el-header a-layout-header v-app-bar", footer="footer el-footer a-layout-footer v-footer",
    aside="aside el-aside a-layout-sider")
ROLES = _named(navigation="navigation menubar menu", header="banner", footer="contentinfo", aside="complementary")
CLASSES = _named(
    navigation="nav navs navigation main-nav mainnav top-nav topnav side-nav sidenav nav-list main-menu side-menu "
               "sidebar side-bar breadcrumb breadcrumbs crumb crumbs tabbar tab-bar weui-tabbar van-tabbar u-tabbar "
               "mui-bar-tab layui-nav layui-side layui-breadcrumb el-menu el-breadcrumb ant-menu ant-breadcrumb "
               "uni-tabbar bottom-nav back-top links link-box",
    links="friend-link friend-links friendlink friendlinks friendly-link flink flinks blogroll related hot-words "
          "hot-search hot-news recommend",
    header="site-header layui-header el-header ant-layout-header topbar top-bar",
    footer="footer site-footer page-footer app-footer layui-footer el-footer ant-layout-footer weui-footer copyright",
    aside="aside el-aside ant-layout-sider")
"""Whole names of classes; of the parts of a card or a dialog (`card-footer`) none is."""
OUTER = _named(navigation="menu navbar nav-bar", header="header head top", footer="foot bottom", aside="side",
               links="rel")
"""Names so common that they count only near the top of the page's tree."""
WHOLE = frozenset({"html", "body", "main"})
"""Elements that hold what the page is about, whatever they are called."""
OUTERMOST = 2
"""So many elements of the body at most stand around what OUTER names."""
CONTENT = frozenset({
    "article", "section", "main", "dialog", "form", "fieldset", "li", "td", "th", "table", "el-dialog", "el-card",
    "el-form", "a-card", "a-modal", "a-form", "van-dialog", "van-popup", "van-form", "u-popup", "u-modal", "uni-popup"})
"""Elements whose own head and foot are none of the page."""
CONTENT_CLASSES = frozenset({"card", "panel", "modal", "dialog", "popup", "el-card", "el-dialog", "ant-card",
                             "ant-modal", "layui-card", "weui-dialog"})
BLOCKS = (r"(友情|相关)链接|网站地图|(热门|大家都在)搜索?|热搜词?|猜你喜欢|"
          r"(相关|为你|推荐)(推荐|阅读|新闻|文章|资讯)|(热门|最新)(新闻|资讯|文章)")
"""What a block of links to elsewhere is headed by."""
KEYS = frozenset({
    "tabBar", "tabbar", "tabBarList", "tabbarList", "tabBars", "bottomNav", "navList", "navs", "navMenu", "sideMenu",
    "sideMenus", "breadcrumb", "breadcrumbs", "friendLinks", "footerLinks"})
"""Names under which scripts keep such lists."""

_BLOCK = re.compile(rf"\s*+(?:{BLOCKS})\s*+[:：]?\s*+")
_OF_CONTENT = frozenset({Margin.HEADER, Margin.FOOTER})


def margin_of(tag: str, role: str, classes: Collection[str], *, in_content: bool, depth: int) -> Margin | None:
    """The margin that an element begins, None where it begins none. `tag`, `role` and `classes` in lower case;
    in_content: it stands in an element that may have a head and a foot of its own; depth: elements of the body
    around it."""
    if tag in WHOLE:
        return None
    found = ROLES.get(role) or TAGS.get(tag)
    if found is None and classes:
        found = next((CLASSES[name] for name in classes if name in CLASSES), None)
        if found is None and depth <= OUTERMOST:
            found = next((OUTER[name] for name in classes if name in OUTER), None)
    return None if in_content and found in _OF_CONTENT else found


def is_content(tag: str, role: str, classes: Collection[str]) -> bool:
    """Whether heads and feet in an element are its own."""
    return tag in CONTENT or role in ("dialog", "alertdialog", "main") or not CONTENT_CLASSES.isdisjoint(classes)


def heads_links(text: str) -> bool:
    """Whether a text heads a block of links to elsewhere."""
    return len(text) <= 16 and _BLOCK.fullmatch(text) is not None


def words_for_page() -> dict[str, object]:
    """The lists as plain values, for a script in a page."""
    plain = {"tags": TAGS, "roles": ROLES, "classes": CLASSES, "outer": OUTER}
    return {**{name: {key: margin.value for key, margin in table.items()} for name, table in plain.items()},
            "content": sorted(CONTENT), "content_classes": sorted(CONTENT_CLASSES), "blocks": BLOCKS,
            "whole": sorted(WHOLE), "outermost": OUTERMOST}
