"""Find the seats of somebody who is gone, and what they gave; forget who was erased before.

The indexes are built while seats are read and written.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

INDEXES = ("seats_of_who_is_gone", "seats_granted_by", "seats_released_by")
# Named go on being all who were deleted and are not erased yet, and whose deletion is held.
FORGET = """
WITH named AS MATERIALIZED (
  SELECT deleted.tenant_id, former.name FROM accounts_auditentry AS deleted
  JOIN accounts_auditentry AS about ON about.tenant_id = deleted.tenant_id
    AND about.target_id = deleted.target_id AND about.target_type = 'user'
  CROSS JOIN LATERAL (VALUES
    (about.details #>> '{changes,user_name,0}'), (about.details #>> '{changes,user_name,1}'),
    (about.details #>> '{names,0}')
  ) AS former(name)
  WHERE deleted.action = 'user.deleted' AND NOT deleted.details ? 'erased'
    AND former.name IS NOT NULL
  UNION
  SELECT tenant_id, kept #>> '{columns,user_name}' FROM accounts_heldperson WHERE outcome = ''
)
UPDATE licenses_seat AS seat SET user_label = ''
WHERE seat.user_id IS NULL AND (seat.kept_for IS NULL OR seat.released IS NOT NULL)
  AND seat.user_label <> '' AND NOT EXISTS (
    SELECT FROM named WHERE named.tenant_id = seat.tenant_id AND named.name = seat.user_label
  )
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("accounts", "0039_files_of_licences"),
        ("licenses", "0006_seats_of_held_people"),
    ]

    operations = [
        migrations.AlterField(
            model_name="seat",
            name="user_label",
            field=models.CharField(blank=True, max_length=320, verbose_name="user"),
        ),
        # What was made before it was stopped half-way.
        *(
            migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop)
            for name in INDEXES
        ),
        AddIndexConcurrently(
            "seat",
            models.Index(
                fields=["tenant", "user_label"],
                name="seats_of_who_is_gone",
                condition=models.Q(("user__isnull", True)),
            ),
        ),
        AddIndexConcurrently(
            "seat", models.Index(fields=["tenant", "granted_by"], name="seats_granted_by")
        ),
        AddIndexConcurrently(
            "seat", models.Index(fields=["tenant", "released_by"], name="seats_released_by")
        ),
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
    ]
