"""When an application is imported from by itself, and what is taken in then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.trail import audit
from accounts.trail.changes import changes
from provisioning.models import Application, ImportRule

if TYPE_CHECKING:
    from collections.abc import Mapping

RULE_FIELDS = ("every", "users", "groups", "link_matches", "create_people")


def rule_of(application: Application) -> ImportRule:
    """Return the rule of an application: as it is stored, or the one that imports nothing."""
    stored = ImportRule.objects.filter(application=application).first()
    return stored or ImportRule(application=application)


@transaction.atomic
def set_import_rule(*, application: Application, values: Mapping[str, Any]) -> bool:
    """Import by this rule from now on; return whether it was another one before.

    Args:
        application: The application.
        values: All of :data:`RULE_FIELDS`.
    """
    held = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    rule = rule_of(held)
    before = {name: getattr(rule, name) for name in RULE_FIELDS}
    after = {name: values[name] for name in RULE_FIELDS}
    if before == after:
        return False
    for name, value in after.items():
        setattr(rule, name, value)
    rule.save()
    told = [{f"import_{name}": value for name, value in each.items()} for each in (before, after)]
    audit.record("application.import_rule_changed", held, **changes(*told))
    return True
