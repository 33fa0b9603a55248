"""Know how many directory groups there are; check the keys of a member once instead of twice."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.tenancy.scoping

COUNTING = """
CREATE FUNCTION accounts_count_groups() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO accounts_groupcount AS c (tenant_id, slot, directory_groups)
  SELECT tenant_id, pg_backend_pid() % 16,
    CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END
  FROM changed GROUP BY tenant_id
  ON CONFLICT (tenant_id, slot)
  DO UPDATE SET directory_groups = c.directory_groups + EXCLUDED.directory_groups;
  RETURN NULL;
END $$;
CREATE TRIGGER accounts_count_new_groups AFTER INSERT ON accounts_directorygroup
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION accounts_count_groups();
CREATE TRIGGER accounts_count_gone_groups AFTER DELETE ON accounts_directorygroup
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION accounts_count_groups();
INSERT INTO accounts_groupcount (tenant_id, slot, directory_groups)
  SELECT tenant_id, 0, count(*) FROM accounts_directorygroup GROUP BY tenant_id;
"""
UNCOUNTING = """
DROP TRIGGER accounts_count_gone_groups ON accounts_directorygroup;
DROP TRIGGER accounts_count_new_groups ON accounts_directorygroup;
DROP FUNCTION accounts_count_groups();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_sessions_with_fewer_indexes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="directorygroupmember",
            name="group",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="members",
                to="accounts.directorygroup",
            ),
        ),
        migrations.AlterField(
            model_name="directorygroupmember",
            name="member_group",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="parent_memberships",
                to="accounts.directorygroup",
            ),
        ),
        migrations.AlterField(
            model_name="directorygroupmember",
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
            model_name="directorygroupmember",
            name="user",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="group_memberships",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="GroupCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slot", models.SmallIntegerField()),
                ("directory_groups", models.BigIntegerField()),
                (
                    "tenant",
                    accounts.tenancy.scoping.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
            ],
            options={
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "slot"), name="group_count_slot")
                ],
            },
        ),
        migrations.RunSQL(COUNTING, UNCOUNTING),
    ]
