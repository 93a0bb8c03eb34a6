"""The visible mark on every rendition: a tiled institution name and a credit band."""

from dataclasses import dataclass

from dam.kernel.text import Bilingual


@dataclass(frozen=True, slots=True)
class MarkSpec:
    """The words of the mark.

    Shape: `institution` is tiled over the picture; the rest stands in the band under the preview.
    """

    institution: Bilingual
    credit_line: str
    notice: Bilingual
    accession_number: str
