"""Find the newest entries of a tenant, and of one object, person or product of it, by their time.

What joins the trail with other logs goes by time, and so do the lists.  The new indexes are built
while entries are read and written; each takes the place of one that went by id.
"""

import django.db.models.fields.json
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

IS_REFUSAL = models.Q(("action__endswith", ".refused"), ("action__endswith", ".throttled"), _connector="OR")

INDEXES = ("audit_by_time", "audit_of_target_by_time", "audit_of_actor_by_time", "audit_refusals", "audit_of_product_by_time")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0034_actions_can_be_undone")]

    operations = [
        # What was made before it was stopped half-way.
        *(
            migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop)
            for name in INDEXES
        ),
        AddIndexConcurrently(
            "auditentry", models.Index(fields=["tenant", "-at", "-id"], name="audit_by_time")
        ),
        AddIndexConcurrently(
            "auditentry",
            models.Index(
                fields=["tenant", "target_id", "-at", "-id"], name="audit_of_target_by_time"
            ),
        ),
        AddIndexConcurrently(
            "auditentry",
            models.Index(fields=["tenant", "actor", "-at", "-id"], name="audit_of_actor_by_time"),
        ),
        AddIndexConcurrently(
            "auditentry",
            models.Index(
                fields=["tenant", "-at", "-id"], condition=IS_REFUSAL, name="audit_refusals"
            ),
        ),
        AddIndexConcurrently(
            "auditentry",
            models.Index(
                models.F("tenant"),
                django.db.models.fields.json.KeyTransform("product", "details"),
                models.OrderBy(models.F("at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("details__has_key", "product")),
                name="audit_of_product_by_time",
            ),
        ),
        migrations.AlterModelOptions(
            "auditentry",
            {
                "base_manager_name": "objects",
                "ordering": ["-at", "-id"],
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit trail",
            },
        ),
        RemoveIndexConcurrently("auditentry", "audit_latest"),
        RemoveIndexConcurrently("auditentry", "audit_of_target"),
        RemoveIndexConcurrently("auditentry", "audit_of_actor"),
        RemoveIndexConcurrently("auditentry", "audit_of_product"),
    ]
