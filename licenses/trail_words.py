"""What the audit trail says of licences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.trail.labels import register_labels, register_names
from accounts.trail.search import register_searched, register_searched_detail
from accounts.trail.sentences import register_sentences
from licenses.models import Product

if TYPE_CHECKING:
    from collections.abc import Collection


def register() -> None:
    """Bring the words in, once, when the applications are ready."""
    register_sentences(
        {
            "group.licenses_changed": _("%(who)s changed the licences that %(what)s gives"),
            "license.given_back": _("%(who)s gave %(what)s the seat of %(product)s that was kept"),
            "license.granted": _("%(who)s gave %(what)s a seat of %(product)s"),
            "license.left_by_groups": _(
                "%(what)s keeps the seat of %(product)s, though no directory group gives it"
            ),
            "license.left_to_groups": _(
                "%(what)s keeps the seat of %(product)s, for a directory group gives it"
            ),
            "license.released": _("%(who)s took the seat of %(product)s back from %(what)s"),
            "license.refused": _("%(who)s could not give out licences"),
            "license.waiting": _("%(what)s waits for a seat of %(product)s"),
            "subscription.created": _("%(who)s made the subscription %(what)s"),
            "subscription.end_mail_sent": _(
                "%(who)s told the system admins by mail when %(what)s ends"
            ),
            "subscription.seats_mail_sent": _(
                "%(who)s told the system admins by mail how full %(what)s is"
            ),
            "subscription.updated": _("%(who)s changed the subscription %(what)s"),
        }
    )
    register_labels(
        {
            "licenses": _("Licences"),
            "people": _("People"),
            "product": _("Product"),
            "products": _("Products"),
            "seats": _("Seats"),
            "seats_before": _("Seats before"),
            "used": _("Used"),
        }
    )
    register_names("product", product_names)
    register_names("products", product_names)
    register_searched("licenses.Subscription", "product__name")
    register_searched_detail("product", products_called)


def products_called(name: str, most: int) -> list[str]:
    """Return the keys of at most so many products that are called so."""
    found = Product.objects.filter(name__finds=name).values_list("key", flat=True)
    return list(found.order_by("pk")[:most])


def product_names(keys: Collection[str]) -> dict[str, str]:
    """Return the names of these products, by key."""
    return dict(Product.objects.filter(key__in=keys).values_list("key", "name"))
