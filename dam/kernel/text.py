"""Sentences in the two languages of the house."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "zh-Hans"]


@dataclass(frozen=True, slots=True)
class Bilingual:
    """The same sentence in English and Simplified Chinese."""

    en: str
    zh: str

    def format(self, **values: object) -> "Bilingual":
        """Return the sentence with its `{placeholders}` filled in both languages."""
        return Bilingual(self.en.format(**values), self.zh.format(**values))

    def pick(self, language: str) -> str:
        """Return the Chinese text for any `zh` tag, else the English, each standing in for the other when empty."""
        chosen, other = (self.zh, self.en) if language.lower().startswith("zh") else (self.en, self.zh)
        return chosen or other
