#!/usr/bin/env python
"""Django's command-line entry point."""

import os
import sys

from django.core.management import execute_from_command_line

from operations.embedded.errors import EmbeddedPostgresError
from operations.variables import UnusableVariableError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except (EmbeddedPostgresError, UnusableVariableError) as error:
        sys.exit(f"Gatehouse cannot start: {error}")
