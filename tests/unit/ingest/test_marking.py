"""The words of a mark come from our records alone."""

from dam.ingest.marking import Words, mark_of, stamp_of
from dam.kernel.text import Bilingual
from dam.metadata.fields import PREVIEW_NOT_LICENSED

MUSEUM = Bilingual("Museum of the War", "抗战纪念馆")
WORDS = Words(
    Bilingual("Archive", "档案馆"), MUSEUM, "[Photo exclusively provided to X]", "text only", "IMP-2026-000001", "id"
)


def test_a_preview_says_it_is_not_licensed_and_carries_rights_and_credit_only():
    stamp = stamp_of(WORDS)
    assert stamp.other_image_info == PREVIEW_NOT_LICENSED
    assert stamp.data_mining == "DMI-PROHIBITED"
    assert stamp.credit_line == WORDS.credit_line
    assert stamp.accession_number == "IMP-2026-000001"
    assert "抗战纪念馆" in stamp.rights_notice.zh
    assert stamp.copyright_owner == "Museum of the War"
    assert (stamp.title, stamp.caption, stamp.creator, stamp.date) == (Bilingual("", ""), Bilingual("", ""), "", "")
    assert stamp.licence is None
    assert stamp.web_statement == ""


def test_the_visible_mark_names_institution_credit_and_number():
    mark = mark_of(WORDS)
    assert (mark.institution, mark.credit_line, mark.accession_number) == (
        WORDS.institution,
        WORDS.credit_line,
        WORDS.accession_number,
    )
    assert mark.notice.en
    assert mark.notice.zh
