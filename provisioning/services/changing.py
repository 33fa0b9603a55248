"""How an application is changed: held, compared, written, and told in the trail."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.storage.violations import violated_constraint
from accounts.trail import audit
from accounts.trail.changes import changes
from provisioning.errors import ApplicationNameTakenError
from provisioning.models import Application

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def hold(application: Application) -> Application:
    """Return the application as it is stored; nobody else changes it in this transaction."""
    return Application.objects.select_for_update(no_key=True).get(pk=application.pk)


def change_columns(application: Application, action: str, values: Mapping[str, Any]) -> bool:
    """Give the application these values; return whether any is other than before.

    Raises:
        ApplicationNameTakenError: The tenant has another application of this name.
    """
    stored = hold(application)
    before = {name: getattr(stored, name) for name in values}
    changed = [name for name, value in values.items() if before[name] != value]
    for name in values:
        setattr(application, name, values[name])
    if not changed:
        return False
    application.version = stored.version + 1
    application.last_modified = timezone.now()
    with name_checked(str(values.get("name", ""))):
        application.save(update_fields=[*changed, "version", "last_modified"])
    told = {name: _as_told(value) for name, value in values.items()}
    was = {name: _as_told(value) for name, value in before.items()}
    audit.record(action, application, **changes(was, told))
    return True


@contextmanager
def name_checked(name: str) -> Iterator[None]:
    """Say that a name is taken in place of the database's words.

    Raises:
        ApplicationNameTakenError: The tenant has another application of this name.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if violated_constraint(error) != "application_name_in_tenant":
            raise
        text = _("There already is an application “%(name)s”. Choose another name.")
        raise ApplicationNameTakenError(text % {"name": name}) from error


def _as_told(value: Any) -> Any:
    return str(value) if isinstance(value, models.Model) else value
