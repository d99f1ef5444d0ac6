"""Personal data in what an app shows: mobile numbers, identity numbers, names of persons. Pure; knows no report and no
picture.

Names are known by what stands beside or above them (姓名：, a column 姓名), never guessed from their letters.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels of the picture."""

COVER = "*"
MOST_NAMES = 2000
MOST_RECORDS = 20_000
LONGEST_NAME = 40
FAR = 240
"""Pixels between a label and the value beside it, at most."""


def _in_pairs(letters: str) -> frozenset[str]:
    return frozenset(letters[at:at + 2] for at in range(0, len(letters), 2))


_MOBILE = re.compile(r"(?<![0-9A-Za-z_.])(?P<head>(?:\+?86[- ]?)?1[3-9]\d)[- ]?\d{4}[- ]?(?P<tail>\d{4})"
                     r"(?![0-9A-Za-z_]|[.-]\d)")
_BORN = r"(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_IDENTITY = re.compile(rf"(?<![0-9A-Za-z])(?P<head>[1-9]\d{{5}}){_BORN}\d{{3}}(?P<tail>[0-9Xx])(?![0-9A-Za-z])")
_PERSON = r"(?:联系|申请|填报|经办|上报|打卡|签到|报告|值班|责任|反映|举报|投诉|求助|受助|采集)人员?"
_HAN = r"[\u4e00-\u9fff]"
_LABEL = re.compile(rf"[*＊]?\s*(?:{_HAN}{{0,6}}姓名|{_PERSON}|real ?name|full name)\s*[*＊]?\s*[：:]?", re.IGNORECASE)
_NAMED = re.compile(rf"(?P<label>(?:姓\s?名|{_PERSON})\s?[：:]\s?)"
                    rf"(?P<name>{_HAN}{{1,4}}(?:·{_HAN}{{1,6}}){{0,2}})(?!{_HAN}|\*)")
_LONG_SURNAMES = _in_pairs(
    "欧阳司马上官诸葛夏侯东方皇甫尉迟公孙慕容令狐司徒宇文长孙端木南宫独孤轩辕闻人申屠太史淳于钟离百里呼延")
_WORDS = _in_pairs(
    "时间时长时段时刻单位单价单号单选任务任职任命成绩成员成功成果金额全部全体全文项目项次车辆车牌安全安排查询"
    "查看查找管理管控应用应急权限权重包含位置位次计划计数向导方案方向方式高度温度文件文化文明文章施工白天马上"
    "常用常见关于关闭关注关系明细明天和谐平台平均平安路线路径路程万元万人党员党建党组党委党费农业农村农户商品"
    "商城水利水质江河河长易地华为黄牌金牌银牌红旗区域区县宣传解决解除车间连续边界强制花费查无成立安装平面武装"
    "台账通知通报支部支出应到应打应签全年全市全县全镇任意时分时限单人单日包保包村")
"""Words of pages that begin like a surname; what begins with one of them is no name."""

_NAME = re.compile(rf"{_HAN}{{2,6}}|{_HAN}{{1,6}}(?:·{_HAN}{{1,8}}){{1,3}}|[A-Z][a-z]+(?: [A-Z][a-z]+){{1,3}}")

_OWN_KEY = re.compile(r"(?:real|true|full|person|people|staff|worker|member|employee|emp|student|teacher|user|contact|"
                      r"applicant|reporter|nick)_?name|xm|xingming", re.IGNORECASE)
_PERSON_KEY = re.compile(r"(?:user|worker|staff|person|member|employee|emp|student|account)_?(?:id|no|code|number)|"
                         r"(?:mobile|phone|tel)\w{0,8}|id_?card\w{0,4}|gender|sex|age|birth\w{0,6}", re.IGNORECASE)
_UNIT_KEY = re.compile(r"(?:unit|dept|department|org|village|town|branch|community|duty)(?:_?name)?", re.IGNORECASE)
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄"
    "聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁房屠饶"
    "解牟艾尤时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫柏宗桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎"
    "甄丛仲虞敖巩明佘池查麻苑迟邝封官谈鞠匡惠荆乐冀胥南班储原栗燕楚鄢劳谌奚皮蔺楼冼盘满闻位厉伊仝区郜海阚花权强帅屈由")


@dataclass(frozen=True, slots=True)
class Placed:
    """A visible text with its role in the page (cell, header_cell, …) and its box, None where that is not known."""

    text: str
    role: str
    box: Box | None


def masked(text: str, names: Collection[str] = (), cover: str = COVER) -> str:
    """`text` with mobile numbers, identity numbers (by `cover`) and names covered; of each the beginning stays, so that
    the person concerned can still be asked for."""
    if not text:
        return text
    if text.strip() in names:
        return _cover_name(text.strip())
    covered = _NAMED.sub(lambda found: found["label"] + _cover_name(found["name"])
                         if looks_like_name(found["name"]) else found[0], text)
    covered = _IDENTITY.sub(lambda found: f"{found['head']}{cover * 11}{found['tail']}", covered)
    covered = _MOBILE.sub(lambda found: f"{found['head']}{cover * 4}{found['tail']}", covered)
    for name in names:
        if name in covered and _NAME.fullmatch(name):
            covered = covered.replace(name, _cover_name(name))
    return covered


def heads_names(label: str) -> bool:
    """Whether a heading of a column says that names of persons stand below it."""
    return len(label) <= LONGEST_NAME and _LABEL.fullmatch(label.strip()) is not None


def is_personal(text: str) -> bool:
    """Whether a text shows a number of a person, or a name beside its label."""
    return bool(_MOBILE.search(text) or _IDENTITY.search(text) or _NAMED.search(text))


def persons(texts: Sequence[Placed]) -> list[int]:
    """Indices of the texts that are names: what stands in a column under 姓名, or to the right of a label 姓名, and is
    written like a name. What stands beside the heading of a column is another heading."""
    found: set[int] = set()
    for label in texts:
        if label.box is not None and len(label.text) <= LONGEST_NAME and _LABEL.fullmatch(label.text.strip()):
            column = list(_under(label, texts))
            heads_column = label.role == "header_cell" or any(looks_like_name(texts[one].text) for one in column[:1])
            found.update(column if heads_column else _beside(label.box, texts))
    return sorted(index for index in found if looks_like_name(texts[index].text.strip()))


def looks_like_name(text: str) -> bool:
    """Whether a text is written like the name of a person: a surname and one to three letters, or parts with a dot."""
    if not _NAME.fullmatch(text) or _LABEL.fullmatch(text) or text[:2] in _WORDS:
        return False
    if "·" in text or text.isascii():
        return True
    return text[:2] in _LONG_SURNAMES or (text[0] in _SURNAMES and len(text) <= 3)


def person_boxes(texts: Sequence[Placed], names: Collection[str] = ()) -> list[Box]:
    """Boxes that hold personal data, in the order of the texts."""
    named = set(persons(texts))
    return [one.box for index, one in enumerate(texts) if one.box is not None and (
        index in named or is_personal(one.text) or any(name in one.text for name in names))]


def person_in(record: Mapping[str, object]) -> str:
    """The name of a person that a record of an answer holds: under a key that says so, or under `name` beside a
    person's number; beside a unit only where it looks like a Chinese name. "" where there is none."""
    for key, value in record.items():
        if isinstance(value, str) and len(value) <= LONGEST_NAME and _OWN_KEY.fullmatch(key) and _NAME.fullmatch(value):
            return value
    name = record.get("name")
    if not isinstance(name, str) or len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        return ""
    if any(_PERSON_KEY.fullmatch(key) for key in record):
        return name
    beside_unit = any(_UNIT_KEY.fullmatch(key) for key in record)
    return name if beside_unit and name[0] in _SURNAMES and len(name) <= 4 else ""


def persons_in(value: object) -> Iterator[str]:
    """Names of persons in the records of a JSON value (see `person_in`), at most MOST_RECORDS of them looked at."""
    waiting, seen = [value], 0
    while waiting and seen < MOST_RECORDS:
        found = waiting.pop()
        seen += 1
        if isinstance(found, dict):
            if name := person_in(found):
                yield name
            waiting.extend(inner for inner in found.values() if isinstance(inner, dict | list))
        elif isinstance(found, list):
            waiting.extend(inner for inner in found[:MOST_RECORDS] if isinstance(inner, dict | list))


def known_names(texts: Iterable[str]) -> tuple[str, ...]:
    """Names to cover wherever they stand, the longest first; bounded."""
    names = {" ".join(text.split()) for text in texts}
    kept = sorted((name for name in names if 1 < len(name) <= LONGEST_NAME), key=lambda name: (-len(name), name))
    return tuple(kept[:MOST_NAMES])


def _cover_name(name: str) -> str:
    return name[:1] + COVER * min(max(len(name) - 1, 1), 4)


def _under(label: Placed, texts: Sequence[Placed]) -> Iterator[int]:
    """What stands in the column below a heading, down to the next table; outside of tables down to the first distance
    of three lines."""
    assert label.box is not None
    x, y, width, height = label.box
    role = "cell" if label.role == "header_cell" else ""
    column = sorted((one.box[1], index) for index, one in enumerate(texts)
                    if one.box is not None and role in ("", one.role) and one.box[1] >= y + height // 2
                    and x <= one.box[0] + one.box[2] // 2 <= x + width)
    ends = min((one.box[1] for one in texts if one.box is not None and one.role == "header_cell"
                and one.box[1] >= y + height), default=None)
    bottom = y + height
    for top, index in column:
        if (ends is not None and top >= ends) or (not role and top > bottom + 2 * height):
            return
        bottom = top + height
        yield index


def _beside(label: Box, texts: Sequence[Placed]) -> Iterable[int]:
    """The nearest text to the right of a label, on its line."""
    x, y, width, height = label
    middle = y + height // 2
    near = [(one.box[0], index) for index, one in enumerate(texts)
            if one.box is not None and 0 <= one.box[0] - (x + width) + 2 <= FAR + 2
            and one.box[1] <= middle <= one.box[1] + one.box[3] and one.role != "header_cell"
            and _NAME.fullmatch(one.text.strip())]
    return [min(near)[1]] if near else []
