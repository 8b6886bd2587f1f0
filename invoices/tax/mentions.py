"""The words that the law wants where no VAT is charged, in French and in English.

French words stay in the English ones where they are the mention itself (CGI ann. II art. 242 nonies A, I-12° and 13°).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention in both languages; empty where VAT is charged."""

    french: str
    english: str

    def in_language(self, language: str) -> str:
        return self.french if language.startswith("fr") else self.english


NONE = Mention("", "")
REVERSE_CHARGE = Mention(
    "Autoliquidation — art. 44 et 196 de la directive 2006/112/CE",
    "Reverse charge (autoliquidation) — art. 44 and 196 of Directive 2006/112/EC",
)
OUTSIDE_BUSINESS = Mention(
    "TVA non applicable — art. 259, 1° du CGI",
    "French VAT not applicable (TVA non applicable) — art. 259, 1° of the French tax code (CGI)",
)
OUTSIDE_CONSUMER = Mention(
    "TVA non applicable — art. 259 D du CGI",
    "French VAT not applicable (TVA non applicable) — art. 259 D of the French tax code (CGI)",
)
OVERSEAS_EXEMPT = Mention(
    "TVA non applicable — art. 294, 1 du CGI",
    "French VAT not applicable (TVA non applicable) — art. 294, 1 of the French tax code (CGI)",
)
FRANCHISE = Mention(
    "TVA non applicable, art. 293 B du CGI",
    "TVA non applicable, art. 293 B du CGI (no VAT is charged by a small business)",
)
