"""Holding a source while something is written that refers to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from scim.errors import SourceGoneError
from scim.models import Source

if TYPE_CHECKING:
    from collections.abc import Collection


def hold_source(source: Source) -> Source:
    """Return ``source`` as it is stored; nobody deletes it until the transaction ends.

    Raises:
        SourceGoneError: Somebody has.
    """
    hold_sources([source.pk])
    return Source.objects.get(pk=source.pk)


def hold_sources(keys: Collection[int]) -> None:
    """Let nobody delete these sources until the transaction ends.

    Raises:
        SourceGoneError: Somebody has deleted one.
    """
    held = Source.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    if len(held.values_list("pk")) < len(set(keys)):
        raise SourceGoneError(_("The source is not there any more: somebody has deleted it."))
