"""Find entries of the audit trail by who acted, what was done, a request, a product, and by what
somebody or something was called before.
"""

import django.contrib.postgres.indexes
import django.db.models.fields.json
from django.db import migrations, models

# The names of an entry that tells some, folded as a search is, and each word of them.
FORMER_NAMES = r"""
CREATE FUNCTION accounts_former_names(details jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN ARRAY(
  SELECT DISTINCT part
  FROM (
    SELECT accounts_folded(value) AS name
    FROM jsonb_array_elements_text(
      CASE jsonb_typeof(details -> 'names') WHEN 'array' THEN details -> 'names' ELSE '[]' END
    ) AS value
    UNION ALL SELECT accounts_folded(details ->> 'user_name')
    UNION ALL SELECT accounts_folded(details ->> 'display_name')
  ) AS told, LATERAL (SELECT told.name UNION SELECT string_to_table(told.name, ' ')) AS parts(part)
  WHERE part <> ''
)
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0018_entries_name_their_request")]

    operations = [
        migrations.RunSQL(FORMER_NAMES, "DROP FUNCTION accounts_former_names(jsonb)"),
        migrations.AddIndex(
            "auditentry",
            models.Index(fields=["tenant", "actor", "-id"], name="audit_of_actor"),
        ),
        migrations.AddIndex(
            "auditentry",
            models.Index(fields=["tenant", "action", "-id"], name="audit_of_action"),
        ),
        migrations.AddIndex(
            "auditentry",
            models.Index(
                fields=["request_id"],
                name="audit_of_request",
                condition=models.Q(("request_id", ""), _negated=True),
            ),
        ),
        migrations.AddIndex(
            "auditentry",
            models.Index(
                models.F("tenant"),
                django.db.models.fields.json.KeyTransform("product", "details"),
                condition=models.Q(("details__has_key", "product")),
                name="audit_of_product",
            ),
        ),
        migrations.AddIndex(
            "auditentry",
            django.contrib.postgres.indexes.GinIndex(
                models.Func(models.F("details"), function="accounts_former_names"),
                condition=models.Q(
                    ("details__has_any_keys", ["names", "user_name", "display_name"])
                ),
                name="audit_former_names",
            ),
        ),
    ]
