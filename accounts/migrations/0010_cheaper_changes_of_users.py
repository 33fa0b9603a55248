"""Make a change of a person cost less: touch the row, and not every index of it.

PostgreSQL 16 and later leave the other indexes alone when a row finds room on its own page and no
indexed column changes; an index of block ranges does not count.  It is rewritten within a second
for a million people.  The room is kept on pages that are filled from now on; a person whose page
is full moves once.
"""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_count_groups")]

    operations = [
        migrations.RemoveIndex(model_name="user", name="user_last_modified"),
        migrations.AddIndex(
            model_name="user",
            index=django.contrib.postgres.indexes.BrinIndex(
                "last_modified", name="user_last_modified", pages_per_range=4
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE accounts_user SET (fillfactor = 85)",
            "ALTER TABLE accounts_user RESET (fillfactor)",
        ),
    ]
