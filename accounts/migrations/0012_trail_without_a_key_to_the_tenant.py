"""Let a change write its audit entry without a lock on the tenant's row."""

import django.db.models.deletion
from django.db import migrations

import accounts.tenancy.scoping


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_revision_of_the_rules_of_a_group")]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="tenant",
            field=accounts.tenancy.scoping.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.tenant",
            ),
        ),
    ]
