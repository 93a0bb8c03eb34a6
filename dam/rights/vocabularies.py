"""The tree of media and uses, numbered so that every choice is a set of ranges.

Numbers are kept for ever in licences: a new leaf takes the next free place, and no leaf ever moves.
A grant of a group therefore includes uses that are named later inside that group.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from dam.kernel.text import Bilingual
from dam.rights.terms import NumberSet

VERSION = "media-1"
ALL = "all"

_LEAF = 16
_GROUP = 16 * _LEAF
_TOP = 16 * _GROUP
_MACHINE_PLACE = 15


class UnknownCode(ValueError):
    """A code that no vocabulary holds; `place` is its position in what was sent."""

    def __init__(self, code: str, place: int) -> None:
        super().__init__(code)
        self.code = code
        self.place = place


@dataclass(frozen=True, slots=True)
class MediaNode:
    """One place in the tree.

    Shape: `numbers` is the half-open block it owns; `depth` 0 for `all`, 1 to 3 below it.
    """

    code: str
    name: Bilingual
    numbers: tuple[int, int]
    depth: int


_Leaves = tuple[tuple[str, str, str], ...]
_Groups = tuple[tuple[str, str, str, _Leaves], ...]

_TREE: tuple[tuple[str, str, str, int, _Groups], ...] = (
    (
        "editorial",
        "editorial use",
        "新闻出版使用",
        0,
        (
            (
                "news",
                "news",
                "新闻",
                (
                    ("web", "news website", "新闻网站"),
                    ("app", "news app", "新闻客户端"),
                    ("epaper", "electronic newspaper", "电子报"),
                    ("print_newspaper", "printed newspaper", "印刷报纸"),
                    ("social", "news on social media", "社交媒体新闻"),
                    ("newsletter", "newsletter", "新闻邮件"),
                ),
            ),
            (
                "magazine",
                "magazines",
                "杂志",
                (("print", "printed magazine", "印刷杂志"), ("digital", "digital magazine", "数字杂志")),
            ),
            (
                "book",
                "books",
                "图书",
                (
                    ("cover", "book cover", "图书封面"),
                    ("interior", "book interior", "图书内页"),
                    ("ebook", "e-book", "电子书"),
                ),
            ),
            (
                "broadcast",
                "broadcast",
                "广播影视",
                (
                    ("tv_news", "television news", "电视新闻"),
                    ("documentary", "documentary film", "纪录片"),
                    ("streaming", "streaming", "流媒体"),
                ),
            ),
            (
                "academic",
                "academic use",
                "学术使用",
                (
                    ("journal", "academic journal", "学术期刊"),
                    ("thesis", "thesis", "学位论文"),
                    ("teaching", "teaching", "教学"),
                ),
            ),
        ),
    ),
    (
        "exhibition",
        "exhibition",
        "展览",
        1,
        (
            (
                "display",
                "display",
                "展示",
                (
                    ("physical", "exhibition on site", "实体展览"),
                    ("virtual", "online exhibition", "线上展览"),
                    ("catalogue", "exhibition catalogue", "展览图录"),
                ),
            ),
        ),
    ),
    (
        "commercial",
        "commercial use",
        "商业使用",
        2,
        (
            (
                "advertising",
                "advertising",
                "广告",
                (
                    ("web_ad", "online advertisement", "网络广告"),
                    ("print_ad", "printed advertisement", "印刷广告"),
                    ("outdoor", "outdoor advertising", "户外广告"),
                    ("tv_ad", "television advertisement", "电视广告"),
                ),
            ),
            (
                "merchandise",
                "merchandise",
                "衍生商品",
                (
                    ("poster", "poster", "海报"),
                    ("apparel", "apparel", "服装"),
                    ("stamp", "stamp", "邮票"),
                    ("other", "other merchandise", "其他商品"),
                ),
            ),
            (
                "corporate",
                "corporate use",
                "企业使用",
                (
                    ("report", "corporate report", "企业报告"),
                    ("internal_comms", "internal communication", "内部传播"),
                ),
            ),
        ),
    ),
    (
        "internal",
        "internal use",
        "内部使用",
        3,
        (
            (
                "evaluation",
                "evaluation",
                "评估",
                (
                    ("comp", "layout and selection", "版面试排与选图"),
                    ("research", "research", "研究"),
                    ("preservation", "preservation", "保存"),
                ),
            ),
        ),
    ),
    (
        "machine",
        "machine use",
        "机器使用",
        _MACHINE_PLACE,
        (
            (
                "ai",
                "artificial intelligence",
                "人工智能",
                (
                    ("training", "training of AI models", "人工智能模型训练"),
                    ("fine_tuning", "fine-tuning of AI models", "人工智能模型微调"),
                    ("retrieval", "retrieval by AI systems", "人工智能检索"),
                    ("embedding", "AI embedding", "人工智能嵌入"),
                ),
            ),
        ),
    ),
)


def _nodes() -> Iterator[MediaNode]:
    # "all" stops before the machine block: AI use is granted only where it is named.
    yield MediaNode(
        ALL, Bilingual("all uses except machine use", "除机器使用外的全部用途"), (0, _MACHINE_PLACE * _TOP), 0
    )
    for top, top_en, top_zh, place, groups in _TREE:
        start = place * _TOP
        yield MediaNode(top, Bilingual(top_en, top_zh), (start, start + _TOP), 1)
        for nth_group, (group, en, zh, leaves) in enumerate(groups):
            block = start + nth_group * _GROUP
            yield MediaNode(f"{top}.{group}", Bilingual(en, zh), (block, block + _GROUP), 2)
            for nth, (leaf, leaf_en, leaf_zh) in enumerate(leaves):
                low = block + nth * _LEAF
                yield MediaNode(f"{top}.{group}.{leaf}", Bilingual(leaf_en, leaf_zh), (low, low + _LEAF), 3)


MEDIA: Mapping[str, MediaNode] = MappingProxyType({node.code: node for node in _nodes()})
"""Every code with its node, in the order of the tree."""

EVERY_MEDIUM = NumberSet.of((0, 16 * _TOP))
"""Everything, machine use included: what a bar without named media bars."""


def media_set(codes: Iterable[str]) -> NumberSet:
    """Return the numbers of all the codes together.

    Raises: UnknownCode.
    """
    chosen = NumberSet()
    for place, code in enumerate(codes):
        if code not in MEDIA:
            raise UnknownCode(code, place)
        chosen = chosen.union(NumberSet.of(MEDIA[code].numbers))
    return chosen


def media_codes(chosen: NumberSet) -> tuple[str, ...]:
    """Return the fewest codes that name everything of the set that has a name, in the order of the tree."""
    found: list[str] = []
    named = NumberSet()
    for node in sorted(MEDIA.values(), key=lambda node: node.depth):
        block = NumberSet.of(node.numbers)
        if chosen.covers(block) and not named.covers(block):
            found.append(node.code)
            named = named.union(block)
    order = list(MEDIA)
    return tuple(sorted(found, key=order.index))


@lru_cache(maxsize=1024)
def media_names(chosen: NumberSet) -> Bilingual:
    """Return the set in words, such as "news, books"."""
    names = [MEDIA[code].name for code in media_codes(chosen)]
    return Bilingual(", ".join(name.en for name in names), "、".join(name.zh for name in names))
