"""Do what an admin does with an application: ``python -m tests.support.outbound WORD [VALUES]``.

The last line of standard output is JSON.  The words are in :mod:`tests.support.outbound_words`.
"""

import json
import sys

import django


def main() -> None:
    """Do one of the words in the tenant *acme*."""
    django.setup()
    from tests.support import outbound_words  # noqa: PLC0415 - models exist only after set-up

    word, *values = sys.argv[1:]
    print(json.dumps(outbound_words.WORDS[word](*values)))  # noqa: T201


if __name__ == "__main__":
    main()
