"""Find in which groups at targets we have put somebody.

The index is built while members are written.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("provisioning", "0008_find_what_imports_wait_for")]

    operations = [
        # What was made before it was stopped half-way.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS link_members_of_object", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            "linkmember",
            models.Index(fields=["tenant", "object_id"], name="link_members_of_object"),
        ),
    ]
