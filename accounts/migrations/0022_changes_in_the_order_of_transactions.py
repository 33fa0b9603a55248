"""The trail can be read in the order in which its transactions began, as a feed of changes.

The default of the new column is the same for all rows that are there, so PostgreSQL keeps it once
and rewrites none of them; the two indexes read the table once each.
"""

from django.db import migrations, models

import accounts.models.transactions

# What tells this database's feed from any other's.  A function rather than a row: whoever restores
# a dump makes it anew, and its row in the catalogue then tells so (accounts.storage.changes).
ORIGIN = """
DO $do$ BEGIN
  EXECUTE format(
    'CREATE FUNCTION accounts_feed_origin() RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE '
    'RETURN %L::uuid', gen_random_uuid()
  );
END $do$
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0021_results_of_actions")]

    operations = [
        migrations.RunSQL(ORIGIN, "DROP FUNCTION accounts_feed_origin()"),
        migrations.AddField(
            "auditentry",
            "transaction",
            accounts.models.transactions.TransactionNumberField(
                db_default=accounts.models.transactions.CurrentTransaction(),
                editable=False,
                help_text="The same for all entries that were written in one transaction.",
                verbose_name="change number",
            ),
        ),
        migrations.AddIndex(
            "auditentry",
            models.Index(fields=["tenant", "transaction", "id"], name="audit_feed_of_tenant"),
        ),
        migrations.AddIndex(
            "auditentry", models.Index(fields=["transaction", "id"], name="audit_feed")
        ),
    ]
