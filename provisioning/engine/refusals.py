"""Objects that are tried no more: refused by the target, or without a value in the mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from provisioning.models import Link
from provisioning.protocol.canonical import digest

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from provisioning.engine.looking import View
    from provisioning.models import Application
    from provisioning.protocol.steps import Kind


def what_was_refused(view: View, application: Application) -> str:
    """Return the digest by which a quarantined object is known to be still the same."""
    return digest([view.wanted, application.mapping_revision])


def is_refused(view: View, application: Application) -> bool:
    """Tell whether the target has refused just this of an object before."""
    link = view.link
    if link is None or link.quarantined_at is None:
        return False
    return link.quarantine_hash == what_was_refused(view, application)


def keep_refused(application: Application, views: Sequence[View]) -> None:
    """Put those into quarantine for whom the mapping cannot be evaluated; others go on."""
    for view in views:
        if view.error and not (view.link and view.link.quarantine_reason == view.error):
            now = {
                "quarantined_at": timezone.now(),
                "quarantine_reason": view.error,
                "quarantine_hash": "",
            }
            Link.objects.update_or_create(
                application=application,
                kind=view.kind,
                object_id=view.object_id,
                defaults=now,
                create_defaults={**now, "state": Link.State.REFUSED, "name": view.name},
            )
    _forget_what_is_over(application, views)


def forget_refusals(application: Application, kind: Kind, object_ids: Collection[str]) -> None:
    """Let objects be tried again that were refused."""
    Link.objects.filter(application=application, kind=kind, object_id__in=object_ids).update(
        quarantined_at=None, quarantine_reason="", quarantine_hash=""
    )


def _forget_what_is_over(application: Application, views: Sequence[View]) -> None:
    """Forget that the mapping had no value for whom it has one, and that a target kept who stays.

    Where nothing has to be done about them, no operation would.
    """
    over = [view for view in views if _is_over(view)]
    for kind in {view.kind for view in over}:
        ids = [view.object_id for view in over if view.kind is kind]
        forget_refusals(application, kind, ids)
        Link.objects.filter(application=application, kind=kind, object_id__in=ids).update(
            leaving_refused_at=None
        )


def _is_over(view: View) -> bool:
    link = view.link
    if link is None or view.error or view.takes_access:
        return False
    was_unmapped = link.quarantined_at is not None and not link.quarantine_hash
    return link.leaving_refused_at is not None or (was_unmapped and not view.steps)
