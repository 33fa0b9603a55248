"""Access profiles list sources; those that exist are in the default profile of their tenant."""

import django.db.models.deletion
from django.db import migrations, models

import accounts.tenancy.constraints
import accounts.tenancy.scoping

LIST_IN_DEFAULT_PROFILES = """
INSERT INTO scim_profilesource (tenant_id, profile_id, source_id)
SELECT source.tenant_id, profile.id, source.id
FROM scim_source AS source
JOIN accounts_accessprofile AS profile
  ON profile.tenant_id = source.tenant_id AND profile.is_default
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0031_colours_can_be_shown"),
        ("scim", "0010_sources_may_change_roles"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProfileSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sources",
                        to="accounts.accessprofile",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="profiles",
                        to="scim.source",
                    ),
                ),
                (
                    "tenant",
                    accounts.tenancy.scoping.TenantForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
            ],
            options={
                "verbose_name": "source of an access profile",
                "verbose_name_plural": "sources of access profiles",
                "base_manager_name": "objects",
                "constraints": [
                    accounts.tenancy.constraints.SameTenant(
                        field="profile", name="profile_source_profile_in_tenant"
                    ),
                    accounts.tenancy.constraints.SameTenant(
                        field="source", name="profile_source_source_in_tenant"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "profile", "source"), name="profile_lists_source_once"
                    ),
                ],
            },
        ),
        migrations.RunSQL(LIST_IN_DEFAULT_PROFILES, migrations.RunSQL.noop),
    ]
