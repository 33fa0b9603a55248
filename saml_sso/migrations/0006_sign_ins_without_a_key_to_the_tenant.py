"""Let a sign-in be logged, and its assertion used up, without one more lock on the tenant's row."""

import django.db.models.deletion
from django.db import migrations

import accounts.tenancy.scoping


class Migration(migrations.Migration):
    dependencies = [("saml_sso", "0005_attempts_sealed_whole")]

    operations = [
        migrations.AlterField(
            model_name="signinattempt",
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
        migrations.AlterField(
            model_name="consumedassertion",
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
