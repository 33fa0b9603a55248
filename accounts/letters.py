"""What a mail says: one content, from which its text and its HTML are made.

Both have the same words and the same address to open, so that nobody who reads the one is told
less.  The colour and the logo are those that the tenant has when the mail is sent.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TypedDict

from django.template.loader import render_to_string

from accounts.brands.colours import palette_of
from accounts.models import Brand
from accounts.tenancy.scoping import tenant_id_scope

if TYPE_CHECKING:
    from accounts.models import Tenant

LOGO: Final = "logo"
"""What the HTML calls the picture that travels with it (RFC 2392)."""
_OUR_COLOUR: Final = "#3449c4"
_OUR_NAME: Final = "Gatehouse"


class Action(NamedTuple):
    """The button: what it says, and the page that it opens.  It does nothing by itself."""

    label: str
    url: str


class Changed(NamedTuple):
    """A value before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail to one person.

    Attributes:
        subject: The news, which is also the heading.
        says: What happened and what to do, one paragraph each.
        action: The page to open.
        changes: What is another than before.
        then: What comes next, or what to do if it was not expected; one paragraph each.
        why: Why the reader gets it, and who else does.
        tenant_id: Whose name and look it has; nobody's for operators.
        company: What that tenant is called.
    """

    subject: str
    says: tuple[str, ...]
    action: Action
    changes: tuple[Changed, ...] = ()
    then: tuple[str, ...] = ()
    why: str = ""
    tenant_id: int | None = None
    company: str = _OUR_NAME

    @property
    def news(self) -> str:
        """The subject on one line, whatever names are in it."""
        return " ".join(self.subject.split())

    def as_json(self) -> str:
        """Return it as a job keeps it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, kept: str) -> Letter:
        """Return what :meth:`as_json` was made of."""
        found = json.loads(kept)
        return cls(
            **{
                **found,
                "says": tuple(found["says"]),
                "action": Action(*found["action"]),
                "changes": tuple(Changed(*each) for each in found["changes"]),
                "then": tuple(found["then"]),
            }
        )


class Written(NamedTuple):
    """Both parts of a mail, and the PNG that the HTML shows, if any."""

    text: str
    html: str
    logo: bytes | None


class Whose(TypedDict, total=False):
    """What a letter says of whose it is."""

    tenant_id: int
    company: str


def whose(tenant: Tenant | None) -> Whose:
    """Return what a letter of ``tenant`` says of whose it is; nothing for an operator's."""
    return {} if tenant is None else {"tenant_id": tenant.pk, "company": tenant.name}


def write(letter: Letter) -> Written:
    """Return the parts of ``letter``, as its tenant looks now."""
    brand = _brand_of(letter.tenant_id)
    logo = None if brand is None or brand.small_logo is None else bytes(brand.small_logo)
    palette = palette_of((brand.colour if brand else "") or _OUR_COLOUR)
    context = {"letter": letter, "palette": palette, "logo": LOGO if logo else ""}
    return Written(
        render_to_string("accounts/mail/letter.txt", context).strip() + "\n",
        render_to_string("accounts/mail/letter.html", context),
        logo,
    )


def _brand_of(tenant_id: int | None) -> Brand | None:
    if tenant_id is None:
        return None
    with tenant_id_scope(tenant_id):
        return Brand.objects.only("colour", "small_logo").first()
