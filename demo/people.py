"""The people who work at the sample tenant, as its identity provider knows them."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Person:
    """Somebody in the identity provider's directory.

    Attributes:
        key: Names the person in this demo's own URLs and as SCIM ``externalId``.
        given_name: First name.
        family_name: Last name.
        email: Address; the SAML NameID and the SCIM ``userName``.
        title: Job title, sent over SCIM.
    """

    key: str
    given_name: str
    family_name: str
    email: str
    title: str

    @property
    def display_name(self) -> str:
        """The whole name, given name first."""
        return f"{self.given_name} {self.family_name}"

    @property
    def initials(self) -> str:
        """Two letters, shown where other directories show a photograph."""
        return f"{self.given_name[0]}{self.family_name[0]}"


ADMIN_EMAIL: Final = "admin@acme.example"
"""Of the sample tenant's admin, whom the tenant was made with."""

PEOPLE: Final = (
    Person("admin", "System", "Admin", ADMIN_EMAIL, "System admin of Gatehouse"),
    Person("mara", "Mara", "Lindqvist", "mara.lindqvist@acme.example", "Head of Data"),
    Person("jonas", "Jonas", "Okafor", "jonas.okafor@acme.example", "Sales Manager"),
    Person("ines", "Inês", "Carvalho", "ines.carvalho@acme.example", "Access Reviewer"),
    Person("tomasz", "Tomasz", "Zieliński", "tomasz.zielinski@acme.example", "Support Engineer"),
    Person("aiko", "Aiko", "Tanaka", "aiko.tanaka@acme.example", "Product Designer"),
)

STRANGER: Final = Person("stranger", "Sam", "Stranger", "sam@elsewhere.example", "Not provisioned")

_BY_KEY: Final = {person.key: person for person in (*PEOPLE, STRANGER)}


def person_by_key(key: str) -> Person:
    """The person whose key is ``key``, the stranger included.

    Raises:
        LookupError: Nobody here has that key.
    """
    try:
        return _BY_KEY[key]
    except KeyError:
        raise LookupError(f"Nobody in this demo is called {key!r}.") from None
