"""How an application's target speaks: what the catalogue says, and what it has shown since."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from provisioning.catalogue.reading import entry_of
from provisioning.desired import policy_of as policy_in_row
from provisioning.protocol.dialects import as_preset, dialect_of, learned
from provisioning.services.changing import hold

if TYPE_CHECKING:
    from provisioning.models import Application
    from provisioning.planning.objects import Policy
    from provisioning.protocol.dialects import Dialect

CONFIG: Final = "config"
"""What is remembered of the target: its ServiceProviderConfig."""
DIALECT: Final = "dialect"
"""What is remembered of the target: how it wants things said that it refused at first."""


def dialect_at(application: Application) -> Dialect:
    """Return the dialect of an application's target, as it is known so far."""
    preset = entry_of(application.catalogue_key).dialect
    dialect = dialect_of(preset)
    config = application.learned.get(CONFIG)
    if config:
        dialect = learned(dialect, config, preset)
    shown = application.learned.get(DIALECT)
    return dialect_of({**as_preset(dialect), **shown}) if shown else dialect


def policy_at(application: Application) -> Policy:
    """Return the policy of an application, with what its target cannot do."""
    dialect = dialect_at(application)
    return replace(
        policy_in_row(application),
        target_deletes=not dialect.delete_deactivates,
        lists_members=dialect.lists_members,
    )


@transaction.atomic
def remember(application: Application, what: str, value: dict[str, Any]) -> None:
    """Keep something that the target has shown, unless the application has moved since."""
    found = hold(application)
    if found.base_url != application.base_url:
        return
    found.learned = {**found.learned, what: value}
    found.save(update_fields=["learned"])
    application.learned = found.learned


def remember_dialect(application: Application, dialect: Dialect) -> None:
    """Keep how the target wants things said, where that is not what the catalogue says."""
    before = as_preset(dialect_at(application))
    now = as_preset(dialect)
    changed = {key: value for key, value in now.items() if before[key] != value}
    remember(application, DIALECT, {**application.learned.get(DIALECT, {}), **changed})
