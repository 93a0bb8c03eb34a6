"""The certificate: one page that holds both languages, whose code opens its confirmation."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pypdf
import pytest
import zxingcpp
from PIL import Image, ImageDraw
from pypdf.generic import ContentStream

from dam.kernel.text import Bilingual
from dam.licensing.certificate import certificate
from dam.licensing.certificate_sheet import lines
from dam.licensing.licence import LicenceState
from dam.licensing.verification import fingerprint, is_number, matches, standing, verify_address
from tests.unit.licensing.granted import TERMS_SHA256, USUAL, licence, photograph

BASE = "https://dam.example"
AT = datetime(2026, 3, 12, 1, 30, tzinfo=UTC)
ADDRESS = f"{BASE}/verify/LIC-2026-000001?h=3f9a0c7be1d24e56"


def made(view, at=AT):
    return certificate(view, view.acceptance, base_url=BASE, at=at)


def pages(view, at=AT):
    """Return the text of each page, without blanks, since lines may break anywhere in Chinese."""
    return ["".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(made(view, at))).pages]


def drawn_code(data):
    """Return the code of the first page as a picture, from the squares the page draws."""
    page = pypdf.PdfReader(io.BytesIO(data)).pages[0]
    operations = ContentStream(page.get_contents(), page.pdf).operations
    squares = [tuple(map(float, operands)) for operands, name in operations if name == b"re"]
    side = min(width for _, _, width, _ in squares)
    dark = [square for square in squares if square[2] == pytest.approx(side)]
    left, bottom = min(x for x, *_ in dark), min(y for _, y, *_ in dark)
    picture = Image.new("L", (600, 600), 255)
    draw = ImageDraw.Draw(picture)
    for x, y, *_ in dark:
        across, down = round((x - left) / side), round((y - bottom) / side)
        corner = (60 + across * 8, 520 - down * 8)
        draw.rectangle([corner, (corner[0] + 7, corner[1] + 7)], fill=0)
    return picture


def test_one_page_says_it_in_both_languages():
    (page,) = pages(licence())
    for said in (
        "LicenceCertificate",
        "许可证书",
        "LIC-2026-000001",
        "TheArchive",
        "档案馆",
        "ChinaDaily",
        "中国日报网",
        "IMP-2026-000001Officers1",
        "军官合影1",
        "IMP-2026-000002",
        "bookcover",
        "图书封面",
        "France",
        "日本除外",
        "Theanniversarypage(chinadaily.com.cn)",
        "10March2026totheendof30June2026(Beijingtime)",
        "2026年3月10日起，至2026年6月30日（北京时间）终",
        "longestside4000px;10downloadsofeachphotograph;printrun800;noalteration;noAItraining",
        "长边不超过4000像素",
        "ChenLi陈丽",
        "10March2026,14:00(Beijingtime)",
        TERMS_SHA256,
        ADDRESS,
        "Activeon12March2026,09:30(Beijingtime)",
        "有效，2026年3月12日09:30（北京时间）",
    ):
        assert said in page, said


def test_the_code_opens_the_confirmation():
    (read,) = zxingcpp.read_barcodes(drawn_code(made(licence())))
    assert read.text == ADDRESS == verify_address(BASE, "LIC-2026-000001", TERMS_SHA256)


def test_it_carries_no_picture_and_brings_its_typeface():
    page = pypdf.PdfReader(io.BytesIO(made(licence()))).pages[0]
    assert list(page.images) == []
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    assert all("/FontFile2" in font["/FontDescriptor"] and "/ToUnicode" in font for font in fonts)


def test_the_same_licence_and_instant_give_the_same_bytes():
    assert made(licence()) == made(licence())


@pytest.mark.parametrize(
    ("state", "english", "chinese"),
    [
        (LicenceState.REVOKED, "Revokedon", "已撤销，"),
        (LicenceState.SUSPENDED, "Suspendedon", "已暂停，"),
        (LicenceState.EXPIRED, "Expiredon", "已到期，"),
    ],
)
def test_a_licence_that_is_not_valid_says_so(state, english, chinese):
    (page,) = pages(licence(state=state))
    assert english in page
    assert chinese in page
    assert "Activeon" not in page


def test_many_photographs_are_listed_overleaf():
    first, *rest = pages(licence(*(photograph(number) for number in range(1, 201))))
    assert "Listedoverleaf." in first
    assert "清单见续页。" in first
    assert all(f"IMP-2026-{number:06d}" in "".join(rest) for number in range(1, 201))
    assert rest


def test_differing_conditions_name_their_photographs():
    (page,) = pages(licence(photograph(1), photograph(2, replace(USUAL, max_px=900, no_alteration=False))))
    assert "IMP-2026-000002:Creditline" in page
    assert "longestside900px" in page


def test_the_widest_licence_stays_on_its_sheets():
    """Every photograph with conditions of its own, every text as long as it may be."""
    items = [photograph(number, replace(USUAL, downloads=number, credit_line="长" * 300)) for number in range(1, 41)]
    view = licence(*items)
    view = replace(view, use=replace(view.use, purpose="W" * 2000, publication="报" * 200))
    reader = pypdf.PdfReader(io.BytesIO(made(view)))
    lowest = []
    for page in reader.pages:
        page.extract_text(visitor_text=lambda text, _, at, *__: lowest.append(at[5]) if text.strip() else None)
    assert min(lowest) > 30
    assert len(reader.pages) > 2


def test_certificates_set_at_once_do_not_mix_their_letters():
    views = [
        replace(licence(), licensee=replace(licence().licensee, name=Bilingual(name, name))) for name in "鼎鑫淼焱"
    ]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(pages, views))
    assert [name in page for name, (page,) in zip("鼎鑫淼焱", found, strict=True)] == [True] * 4


def test_lines_break_between_words_and_never_before_a_closing_mark():
    certificate(licence(), licence().acceptance, base_url=BASE, at=AT)
    broken = list(lines("The anniversary page, 东北抗日联军，军官合影。", 60))
    assert "".join("".join(broken).split()) == "Theanniversarypage,东北抗日联军，军官合影。"
    assert len(broken) > 3
    assert not any(line[0] in "，。," for line in broken)
    assert next(lines("W" * 50, 60)).startswith("WW")


# ---- what the code is worth


def test_a_fingerprint_is_the_beginning_of_the_hash_and_nothing_else():
    assert fingerprint(TERMS_SHA256) == "3f9a0c7be1d24e56"
    assert matches(TERMS_SHA256, "3F9A0C7BE1D24E56 ")
    for wrong in ("", "3f9a0c7be1d24e5", "3f9a0c7be1d24e57", TERMS_SHA256, "文" * 16):
        assert not matches(TERMS_SHA256, wrong)


def test_numbers_are_told_from_noise():
    assert is_number("LIC-2026-000001")
    for noise in ("", "LIC-2026-1", "REQ-2026-000001", "LIC-2026-000001\x00", "LIC-2026-00000１", "lic-2026-000001"):
        assert not is_number(noise)


def test_a_licence_is_valid_from_its_first_instant_to_its_last():
    term = licence().term
    at = [term.start.replace(year=2025), term.start, term.end]
    said = [standing(LicenceState.ACTIVE, term, moment) for moment in at]
    assert [valid for valid, _ in said] == [False, True, False]
    assert [word.en for _, word in said] == ["Not valid yet", "Active", "Expired"]
    assert not standing(LicenceState.OFFERED, term, term.start)[0]
