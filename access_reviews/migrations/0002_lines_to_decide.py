"""Find the lines that somebody has to decide yet.

The index is built while lines are written.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("access_reviews", "0001_initial")]

    operations = [
        # What was made before it was stopped half-way.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS review_lines_to_decide", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            "reviewline",
            models.Index(
                fields=["tenant", "reviewer", "review"],
                condition=models.Q(("decision", "")),
                name="review_lines_to_decide",
            ),
        ),
    ]
