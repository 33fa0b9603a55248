"""Let requests be logged without a lock on the tenant's row for each of them."""

import django.db.models.deletion
from django.db import migrations

import accounts.tenancy.scoping


class Migration(migrations.Migration):
    dependencies = [("scim", "0006_cheaper_entries_of_the_request_log")]

    operations = [
        migrations.AlterField(
            model_name="requestlogentry",
            name="tenant",
            field=accounts.tenancy.scoping.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.tenant",
            ),
        ),
    ]
