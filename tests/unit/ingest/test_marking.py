"""The words of a mark come from our records alone."""

from dataclasses import replace

from dam.ingest.marking import Words, mark_of, stamp_of
from dam.kernel.text import Bilingual
from dam.metadata.fields import PREVIEW_NOT_LICENSED

MUSEUM = Bilingual("Museum of the War", "抗战纪念馆")
WORDS = Words(
    Bilingual("Archive", "档案馆"), MUSEUM, "[Photo exclusively provided to X]", "text only", "IMP-2026-000001", "id"
)


def test_a_preview_says_it_is_not_licensed_and_carries_rights_and_credit_only():
    stamp = stamp_of(WORDS, "https://archive.example")
    assert stamp.other_image_info == PREVIEW_NOT_LICENSED
    assert stamp.data_mining == "DMI-PROHIBITED"
    assert stamp.credit_line == WORDS.credit_line
    assert stamp.accession_number == "IMP-2026-000001"
    assert "抗战纪念馆" in stamp.rights_notice.zh
    assert stamp.copyright_owner == "Museum of the War"
    assert (stamp.title, stamp.caption, stamp.creator, stamp.date) == (Bilingual("", ""), Bilingual("", ""), "", "")
    assert stamp.licence is None
    assert stamp.web_statement == "https://archive.example/photographs/IMP-2026-000001"
    assert stamp.licensor_url == "https://archive.example/photographs/IMP-2026-000001#ask"
    assert (stamp.licensor_name, stamp.mining_policy_url) == ("Archive", "https://archive.example/tdm-policy")
    bare = stamp_of(WORDS, "")
    assert (bare.web_statement, bare.licensor_url, bare.mining_policy_url) == ("", "", "")


def test_the_rights_statement_goes_along_where_it_is_an_address():
    uri = "http://rightsstatements.org/vocab/UND/1.0/"
    assert stamp_of(replace(WORDS, rights_statement=uri), "https://archive.example").terms_url == uri
    assert stamp_of(WORDS, "https://archive.example").terms_url == ""


def test_the_visible_mark_names_institution_credit_and_number():
    mark = mark_of(WORDS)
    assert (mark.institution, mark.credit_line, mark.accession_number) == (
        WORDS.institution,
        WORDS.credit_line,
        WORDS.accession_number,
    )
    assert mark.notice.en
    assert mark.notice.zh
