"""Find people by an index of three letters each, so that a search does not read the whole tenant.

Both extensions come with PostgreSQL, also with the embedded one, and are trusted: who owns the
database may create them.  The index is built while people are read and written.
"""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import (
    AddIndexConcurrently,
    BtreeGinExtension,
    TrigramExtension,
)
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0027_turns_of_each_kind_of_job")]

    operations = [
        TrigramExtension(),
        BtreeGinExtension(),
        AddIndexConcurrently(
            model_name="user",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["tenant", "search_text"],
                name="user_search_text",
                opclasses=["int8_ops", "gin_trgm_ops"],
            ),
        ),
    ]
