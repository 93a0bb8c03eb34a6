"""Which texts are read for claims about rights: the fields that hold them, each once, within bounds."""

from dam.catalogue.description import Description
from dam.ingest.claiming import MOST_CHARACTERS, MOST_TEXTS, claiming_texts
from dam.kernel.text import Bilingual
from dam.metadata.claims import Claim

CLAIMS = (
    Claim("exif", "Copyright", "© Museum"),
    Claim("exif", "ImageDescription", "A street."),
    Claim("iptc", "Credit", "Museum"),
    Claim("iptc", "SpecialInstructions", "JAPAN OUT"),
    Claim("iptc", "Keywords", "Courtesy of nobody"),
    Claim("xmp", "dc:rights[zh-Hans]", "版权所有"),
    Claim("xmp", "photoshop:Source", "Secret", private=True),
    Claim("xmp", "Iptc4xmpExt:ArtworkOrObject[1]/Iptc4xmpExt:AOCopyrightNotice", "© Artist"),
    Claim("xmp", "plus:CopyrightStatus", "CS-UNK"),
)


def test_the_description_goes_before_the_file_and_only_fields_that_speak_of_rights_are_read() -> None:
    description = Description(caption=Bilingual("A street.", "街道。"), notes="From the estate.", keywords=("x",))
    texts = claiming_texts(description, CLAIMS)
    assert [(text.source, text.prose) for text in texts] == [
        ("caption.en", True),
        ("caption.zh-Hans", True),
        ("notes", True),
        ("exif Copyright", False),
        ("exif ImageDescription", True),
        ("iptc Credit", False),
        ("iptc SpecialInstructions", False),
        ("xmp dc:rights[zh-Hans]", False),
        ("xmp Iptc4xmpExt:ArtworkOrObject[1]/Iptc4xmpExt:AOCopyrightNotice", False),
    ]


def test_a_field_said_twice_is_read_as_it_was_said_first() -> None:
    texts = claiming_texts(Description(), [Claim("iptc", "Credit", "first"), Claim("iptc", "Credit", "second")])
    assert [text.text for text in texts] == ["first"]


def test_a_file_full_of_credits_is_read_within_bounds() -> None:
    many = [Claim("xmp", f"dc:rights[{n}]", "a" * (10 + n)) for n in range(1000)]
    assert len(claiming_texts(Description(), many)) == MOST_TEXTS
    long = [Claim("xmp", f"dc:rights[{n}]", "a" * 9_999) for n in range(1000)]
    assert sum(len(text.text) for text in claiming_texts(Description(), long)) <= MOST_CHARACTERS
