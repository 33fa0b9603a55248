"""Find the newest operations of a tenant, and the few that are not done, by their time.

The indexes are built while operations are written.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

NOT_DONE = ("waiting", "running", "unknown", "held", "failed", "quarantined", "cancelled")

INDEXES = ("operations_by_time", "operations_not_done")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("provisioning", "0006_refused_removals_and_left_imports")]

    operations = [
        # What was made before it was stopped half-way.
        *(
            migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop)
            for name in INDEXES
        ),
        AddIndexConcurrently(
            "operation",
            models.Index(fields=["tenant", "-created", "-id"], name="operations_by_time"),
        ),
        AddIndexConcurrently(
            "operation",
            models.Index(
                fields=["tenant", "-created", "-id"],
                condition=models.Q(("state__in", NOT_DONE)),
                name="operations_not_done",
            ),
        ),
    ]
