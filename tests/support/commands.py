"""Run several management commands in one process: JSON in, JSON out.

Standard input is a list of lists of words; each command gets ``--json``.  Standard output is the
list of their answers.
"""

import io
import json
import sys
from typing import Any

import django
from django.core.management import call_command


def run(words: list[str]) -> Any:
    """Run one command and return its answer."""
    printed = io.StringIO()
    call_command(*words, "--json", stdout=printed)
    return json.loads(printed.getvalue())


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps([run(words) for words in json.load(sys.stdin)]))
