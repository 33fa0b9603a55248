"""``manage.py check --deploy``: fails for what is wrong with the settings of an installation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.checks import Error, Tags, Warning, register  # noqa: A004 - Django's name

from operations.installation.findings import Level
from operations.installation.variables import of_variables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.apps import AppConfig
    from django.core.checks import CheckMessage


@register(Tags.security, deploy=True)
def check_installation(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Return an error for each thing that is wrong, and a warning for what could be better."""
    kinds = {Level.WRONG: Error, Level.ADVICE: Warning}
    return [
        kinds[finding.level](finding.says, hint=finding.remedy, id=f"gatehouse.{finding.name}")
        for finding in of_variables()
        if finding.level is not Level.GOOD
    ]
