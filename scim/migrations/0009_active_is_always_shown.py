"""``active`` is shown whatever a client has removed, so nothing marks its absence any more.

The mark was in the stored attributes; the account itself stays as it is, on or off.
"""

from __future__ import annotations

from django.db import migrations

_FORGET = """
UPDATE accounts_user SET attributes = attributes - 'activeUnassigned'
WHERE attributes ? 'activeUnassigned'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_trail_without_a_key_to_the_tenant"),
        ("scim", "0008_tokens_that_expire"),
    ]
    operations = [migrations.RunSQL(_FORGET, migrations.RunSQL.noop)]
