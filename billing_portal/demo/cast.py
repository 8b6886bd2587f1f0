"""The fixed cast of the demonstration: every person, and how they sign in."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "a-portal-to-try-2026"  # noqa: S105 - of a demonstration on loopback, printed at each start


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in. `words` say who they are when the logins are printed."""

    email: str
    first_name: str
    last_name: str
    words: str
    language: str = "fr"


CLAIRE = Person("claire@example.org", "Claire", "Martin", "an individual")
PAUL = Person("paul@example.org", "Paul", "Petit", "accountant: reads Claire’s account and the company’s")
NADIA = Person("nadia@example.org", "Nadia", "Durand", "owner of a company, Atelier Durand SARL")
LUCIE = Person("lucie@example.org", "Lucie", "Bernard", "a town hall, Mairie de Saint-Aubin (public body)")
OSCAR = Person("oscar@example.org", "Oscar", "Lindqvist", "a stranger to all of them, in English", language="en")
SAMIR = Person("samir@example.org", "Samir", "Benali", "staff: support")
FANNY = Person("fanny@example.org", "Fanny", "Roux", "staff: finance")

PEOPLE = (CLAIRE, PAUL, NADIA, LUCIE, OSCAR, SAMIR, FANNY)
