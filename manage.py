#!/usr/bin/env python
"""Django's command-line entry point."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError

from operations.embedded.errors import EmbeddedPostgresError
from operations.variables import UnusableVariableError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except (EmbeddedPostgresError, UnusableVariableError) as error:
        sys.exit(f"Gatehouse cannot start: {error}")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None):  # The database answered.
            raise
        reason = " ".join(str(error).split())
        sys.exit(
            "Gatehouse cannot reach its database. Set DATABASE_URL to its address; "
            f"`manage.py check --deploy` says what else is still to be set. {reason}"
        )
