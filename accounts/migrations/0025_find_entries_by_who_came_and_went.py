"""Find the entries of the audit trail that name somebody among those who joined or left."""

import django.contrib.postgres.indexes
import django.db.models.fields.json
from django.db import migrations, models


def _index(detail: str) -> migrations.AddIndex:
    return migrations.AddIndex(
        "auditentry",
        django.contrib.postgres.indexes.GinIndex(
            django.db.models.fields.json.KeyTransform(detail, "details"),
            condition=models.Q(("details__has_key", detail)),
            name=f"audit_of_{detail}",
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0024_jobs")]

    operations = [_index("added"), _index("removed")]
