"""The rights statements a photograph may carry: what is known of its copyright, apart from what contracts allow.

Source: rightsstatements.org 1.0; Creative Commons 4.0, CC0 1.0 and Public Domain Mark 1.0. The Chinese names are ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dam.kernel.text import Bilingual

_RS = "http://rightsstatements.org/vocab/{code}/1.0/"
_CC = "https://creativecommons.org/licenses/{code}/4.0/"
_PD = "https://creativecommons.org/publicdomain/{code}/1.0/"


@dataclass(frozen=True, slots=True)
class RightsStatement:
    """One statement: its address, which machines read, and its name."""

    uri: str
    name: Bilingual


_ALL = (
    (_RS, "InC", "In copyright", "受版权保护"),
    (_RS, "InC-OW-EU", "In copyright, EU orphan work", "受版权保护——欧盟孤儿作品"),
    (_RS, "InC-EDU", "In copyright, educational use permitted", "受版权保护——允许教育使用"),
    (_RS, "InC-NC", "In copyright, non-commercial use permitted", "受版权保护——允许非商业使用"),
    (_RS, "InC-RUU", "In copyright, rights holder unlocatable or unidentifiable", "受版权保护——权利人无法查找或确定"),
    (_RS, "NoC-CR", "No copyright, contractual restrictions", "无版权——有合同限制"),
    (_RS, "NoC-NC", "No copyright, non-commercial use only", "无版权——仅限非商业使用"),
    (_RS, "NoC-OKLR", "No copyright, other known legal restrictions", "无版权——有其他已知法律限制"),
    (_RS, "NoC-US", "No copyright, United States", "无版权——美国"),
    (_RS, "CNE", "Copyright not evaluated", "版权状况未评估"),
    (_RS, "UND", "Copyright undetermined", "版权状况未确定"),
    (_RS, "NKC", "No known copyright", "无已知版权"),
    (_CC, "by", "Creative Commons Attribution 4.0", "知识共享 署名 4.0"),
    (_CC, "by-sa", "Creative Commons Attribution-ShareAlike 4.0", "知识共享 署名—相同方式共享 4.0"),
    (_CC, "by-nd", "Creative Commons Attribution-NoDerivatives 4.0", "知识共享 署名—禁止演绎 4.0"),
    (_CC, "by-nc", "Creative Commons Attribution-NonCommercial 4.0", "知识共享 署名—非商业性使用 4.0"),
    (
        _CC,
        "by-nc-sa",
        "Creative Commons Attribution-NonCommercial-ShareAlike 4.0",
        "知识共享 署名—非商业性使用—相同方式共享 4.0",
    ),
    (
        _CC,
        "by-nc-nd",
        "Creative Commons Attribution-NonCommercial-NoDerivatives 4.0",
        "知识共享 署名—非商业性使用—禁止演绎 4.0",
    ),
    (_PD, "zero", "Creative Commons Zero 1.0, dedicated to the public domain", "知识共享 零 1.0——贡献至公有领域"),
    (_PD, "mark", "Public Domain Mark 1.0", "公有领域标志 1.0"),
)

RIGHTS_STATEMENTS: Mapping[str, RightsStatement] = MappingProxyType(
    {(uri := pattern.format(code=code)): RightsStatement(uri, Bilingual(en, zh)) for pattern, code, en, zh in _ALL}
)
"""Every statement by its address."""
