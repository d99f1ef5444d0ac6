"""Writes the sites that ci/speed_web.py is measured on: 200 states behind clicks only, and a page with five timers.

The same bytes every time; nothing here is random and nothing asks another host.
"""

from __future__ import annotations

import json
from pathlib import Path

SECTIONS = (
    ("notice", "通知公告"), ("party", "党建园地"), ("grid", "网格管理"), ("visit", "走访记录"), ("patrol", "日常巡查"),
    ("affairs", "政务办理"), ("letters", "来信来访"), ("dispute", "矛盾调解"), ("safety", "安全生产"),
    ("farming", "农业农村"), ("relief", "民生救助"), ("culture", "文体活动"), ("archive", "资料档案"),
)
TOPICS = (
    ("rules", "制度文件"), ("plan", "年度计划"), ("month", "月度安排"), ("brief", "工作简报"), ("ledger", "工作台账"),
    ("people", "人员名册"), ("duty", "值班安排"), ("map", "区域分布"), ("stock", "物资清点"), ("repair", "报修登记"),
    ("study", "学习资料"), ("minutes", "会议纪要"), ("advice", "意见建议"), ("summary", "汇总查询"),
)
EXTRA = (("mine", "我的"), ("message", "消息"), ("search", "查询"), ("settings", "设置"))
VILLAGES = ("东风村", "红旗村", "新民村", "和平村", "永安社区", "幸福社区", "清河社区", "长乐村", "双桥村", "石坝村")
START = "/home"
STATES = 1 + len(SECTIONS) + len(SECTIONS) * len(TOPICS) + len(EXTRA)

STYLE = """body{margin:0;font:15px sans-serif;padding-bottom:60px}.bar,.grid,.tabs{display:flex;flex-wrap:wrap}
.bar div,.tabs div,.tile,.row,.foot div{cursor:pointer}.bar{background:#1b6;color:#fff;padding:10px;gap:16px}
.grid{padding:8px}.tile{width:25%;text-align:center;padding:8px 0;box-sizing:border-box}.tabs div{padding:8px 12px}
.row{border-bottom:1px solid #ddd;padding:10px}.row small{display:block;color:#777}form{padding:10px}
label{display:block;margin:6px 0}.foot{position:fixed;bottom:0;width:100%;display:flex;background:#eee}
.foot div{flex:1;text-align:center;padding:10px}"""

PAGE = f"""<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>基层工作台（虚构）</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>
<body><div id="app"></div><script src="app.js"></script></body></html>
"""

SCRIPT = """const app = document.getElementById('app');
const part = (kind, text, to) => {
  const element = document.createElement('div');
  element.className = kind; element.textContent = text;
  if (to) element.addEventListener('click', () => { location.hash = to; });
  return element;
};
const group = (kind, children) => {
  const element = document.createElement('div');
  element.className = kind; element.append(...children);
  return element;
};
const fields = (names) => {
  const form = document.createElement('form');
  for (const name of names) {
    const label = document.createElement('label'), input = document.createElement('input');
    input.name = name; input.placeholder = '请输入' + name;
    label.append(name, input); form.append(label);
  }
  const choice = document.createElement('select');
  for (const text of VILLAGES) choice.append(new Option(text, text));
  const save = document.createElement('button');
  save.type = 'button'; save.textContent = '暂存';
  save.addEventListener('click', () => { save.dataset.kept = '1'; });
  form.append(choice, save);
  return form;
};
function show() {
  const path = location.hash.slice(1) || '/home', page = PAGES[path];
  if (!page) { location.hash = '/home'; return; }
  document.title = page.title;
  const head = group('bar', [part('', '返回', page.up), part('', '首页', '/home'), part('', '查询', '/search')]);
  const tiles = group('grid', page.tiles.map(([text, to]) => part('tile', text, to)));
  const tabs = group('tabs', ['全部', '待办', '已办'].map((text) => part('', text, path)));
  const rows = page.rows.map(([text, small, to]) => {
    const row = part('row', text, to), more = document.createElement('small');
    more.textContent = small; row.append(more);
    return row;
  });
  const places = [['首页', '/home'], ['消息', '/message'], ['我的', '/mine'], ['设置', '/settings']];
  const foot = group('foot', places.map(([text, to]) => part('', text, to)));
  const title = document.createElement('h1'), count = document.createElement('p');
  title.textContent = page.title;
  count.textContent = '共 ' + rows.length + ' 条，更新于 2026 年 3 月 ' + page.day + ' 日';
  app.replaceChildren(head, title, count, tiles, tabs, ...rows, fields(page.fields), foot);
}
addEventListener('hashchange', show); show();
"""

TIMERS = """<!doctype html><meta charset="utf-8"><title>五个定时器（虚构）</title><h1>值守</h1><p id="t">0</p><script>
const headers = {'Content-Type': 'application/json'};
const send = (path, fields) => fetch(path, {method: 'POST', headers, body: JSON.stringify(fields)});
let seconds = 0;
setInterval(() => { document.getElementById('t').textContent = ++seconds; }, 1000);
setInterval(() => send('/api/position', {lng: 116.4, lat: 39.9}), 60000);
setInterval(() => send('/api/state', {open: document.visibilityState}), 20000);
(function beat() { setTimeout(() => send('/api/beat', {sec: 30}).then(beat, beat), 30000); })();
(function ask() { setTimeout(() => {
  const asked = new XMLHttpRequest();
  asked.open('GET', '/api/messages'); asked.onloadend = ask; asked.send();
}, 300000); })();
</script>"""


Page = dict[str, object]
"""What app.js draws: title, up (route of 返回), day, tiles [text, route], rows [text, small, route], fields."""


def pages() -> dict[str, Page]:
    """Route → page. Every page has 30 controls or more; those of one section lead to each other; nothing is a link."""
    names = [name for name, _ in SECTIONS]
    tiles = [[title, f"/{name}"] for name, title in SECTIONS]

    def listed(text: str, start: int) -> list[list[str]]:
        return [[f"{village}{text}", "点击查看", f"/{names[(start + row) % len(names)]}"]
                for row, village in enumerate(VILLAGES)]

    found: dict[str, Page] = {"/home": {"title": "基层工作台", "up": "/home", "day": 1, "tiles": tiles,
                                        "rows": listed("情况通报", 0), "fields": ["关键词"]}}
    for at, (name, title) in enumerate(EXTRA):
        found[f"/{name}"] = {"title": title, "up": "/home", "day": 2 + at, "tiles": tiles[at:at + 8],
                             "rows": listed(title, at), "fields": ["关键词"]}
    for at, (name, title) in enumerate(SECTIONS):
        found |= _section(name, title, 6 + at)
    return found


def _section(name: str, title: str, day: int) -> dict[str, Page]:
    """The page of a section, and one for each of its topics."""
    topics = [[f"{title}{text}", f"/{name}/{topic}"] for topic, text in TOPICS]
    rows = [[f"{village}{title}", "点击查看", topics[row][1]] for row, village in enumerate(VILLAGES)]
    rows += [[f"{text}（栏目）", "进入", to] for text, to in topics[8:]]
    found: dict[str, Page] = {f"/{name}": {"title": title, "up": "/home", "day": day, "tiles": topics[:8], "rows": rows,
                                           "fields": ["关键词", "起始日期"]}}
    for number, (text, route) in enumerate(topics):
        beside = [topics[(number + step) % len(topics)] for step in range(1, 7)]
        lines = [[f"{village}{text}", f"第 {row + 1} 条", beside[row % 6][1]] for row, village in enumerate(VILLAGES)]
        found[route] = {"title": text, "up": f"/{name}", "day": 1 + number, "tiles": beside, "rows": lines,
                        "fields": ["姓名", "事项", "备注"]}
    return found


def write_site(folder: Path) -> None:
    """Write both sites below `folder`: index.html with app.js, and timers.html."""
    tables = {"VILLAGES": VILLAGES, "PAGES": pages()}
    constants = "".join(f"const {name} = {json.dumps(table, ensure_ascii=False)};\n" for name, table in tables.items())
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "app.js").write_text(constants + SCRIPT, encoding="utf-8")
    (folder / "timers.html").write_text(TIMERS, encoding="utf-8")
