"""Find the newest requests of one source, and those that were refused, also in a long log.

The indexes are built while requests are logged.  The first takes the place of that of the key.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

INDEXES = ("request_log_of_source", "request_log_refused")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("scim", "0012_find_requests_about_somebody")]

    operations = [
        # What was made before it was stopped half-way.
        *(
            migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop)
            for name in INDEXES
        ),
        AddIndexConcurrently(
            "requestlogentry",
            models.Index(fields=["tenant", "source", "-at"], name="request_log_of_source"),
        ),
        AddIndexConcurrently(
            "requestlogentry",
            models.Index(
                fields=["tenant", "-at"],
                condition=models.Q(("status__gte", 400)),
                name="request_log_refused",
            ),
        ),
        migrations.AlterField(
            "requestlogentry",
            "source",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="scim.source",
            ),
        ),
    ]
