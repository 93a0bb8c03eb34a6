"""Chinese is set as Chinese is set: full-width punctuation, and one word for one thing."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "dam/web/translations/zh_Hans/LC_MESSAGES/messages.po"
HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
VALUE = "\ufffc"
"""Stands where a value is put in; only if the rest of the sentence is Chinese does it count as Chinese."""

_BESIDE = re.compile(rf"[{HAN}][,:;()?!]|[,:;()?!][{HAN}]")
_BESIDE_VALUE = re.compile(rf"{VALUE}\s*[,;()](?!\d)|[()]{VALUE}|{VALUE}[:?!](?!\S)|{VALUE}[:?!][{HAN}]")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*(?::[^{}]*)?\}")
_PATTERN = re.compile(r"\(\?|\\")
"""What only a pattern has: those read other people's Chinese, in whatever width it comes."""
_OTHER_WORDS = {"选片箱": "选片夹", "灯箱": "选片夹", "版权方": "权利人", "供应协议": "供稿协议"}


def half_width(sentence, *, chinese=False):
    """Return the places of a Chinese sentence at which punctuation is half-width."""
    if not chinese and not re.search(f"[{HAN}]", sentence):
        return []
    shown = _PLACEHOLDER.sub(VALUE, sentence)
    return [found.group() for rule in (_BESIDE, _BESIDE_VALUE) for found in rule.finditer(shown)]


def _text(node):
    """A string as it is written; an f-string as one sentence with its values as placeholders."""
    if isinstance(node, ast.JoinedStr):
        return "".join(value.value if isinstance(value, ast.Constant) else VALUE for value in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _called(node, *names):
    return isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names


def said_in_python():
    """Yield (place, sentence, whether it must be Chinese) of every string of our modules but patterns."""
    for path in sorted((ROOT / "dam").rglob("*.py")):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        inner = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in ast.walk(node)} - {
            id(node) for node in nodes if isinstance(node, ast.JoinedStr)
        }
        patterns = {
            id(part)
            for node in nodes
            if _called(node, "compile", "match", "search", "fullmatch", "sub", "split", "finditer", "findall")
            for part in ast.walk(node)
        }
        seconds = [node.args[1] for node in nodes if _called(node, "Bilingual", "_both") and len(node.args) > 1]
        chinese = {id(part) for second in seconds for part in ast.walk(second) if not isinstance(second, ast.Name)}
        for node in nodes:
            text = _text(node)
            if text is not None and id(node) not in inner | patterns and not _PATTERN.search(text):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", text, id(node) in chinese


def said_in_the_catalogue():
    with CATALOGUE.open("rb") as file:
        for entry in read_po(file):
            for sentence in [entry.string] if isinstance(entry.string, str) else entry.string:
                yield f"messages.po:{entry.lineno}", sentence, bool(entry.id)


def said():
    yield from said_in_python()
    yield from said_in_the_catalogue()


def test_punctuation_is_full_width():
    wrong = [f"{place}: {sentence}" for place, sentence, chinese in said() if half_width(sentence, chinese=chinese)]
    assert wrong == [], "\n".join(wrong)


def test_one_word_for_one_thing():
    wrong = [
        f"{place}: {bad}, not {_OTHER_WORDS[bad]}" for place, text, _ in said() for bad in _OTHER_WORDS if bad in text
    ]
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize(
    "sentence",
    [
        "没有此项,请重试。",
        "用途:新闻",
        "(北京时间)",
        "第 {n} 张;",
        "由{name},于",
        "%(name)s,您好",
        "照片({code})",
        "好吗?",
    ],
)
def test_the_rule_sees(sentence):
    assert half_width(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "没有此项，请重试。",
        "最多 10,000 张",
        "时间为 12:30 起",
        "（{code}）",
        "a, b (c)",
        "{a}: {b}",
        "%(n)s × %(m)s 像素",
        "",
    ],
)
def test_the_rule_leaves_alone(sentence):
    assert half_width(sentence) == []


def test_the_search_finds_the_sentences():
    """A rule that looked at nothing would hold for ever."""
    found = [text for _, text, _ in said() if re.search(f"[{HAN}]", text)]
    assert "您的角色没有此项权限：{permission}。" in found
    assert any(text.startswith(f"此许可证已不能进行该操作。目前状态：{VALUE}") for text in found)
    assert "供稿协议" in found
    assert len(found) > 500
