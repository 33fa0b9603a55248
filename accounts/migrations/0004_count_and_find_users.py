"""Find people by any of their addresses, by when they changed, and know how many there are."""

import django.db.models.deletion
from django.db import migrations, models

import accounts.tenancy.scoping

EMAIL_VALUES = """
CREATE FUNCTION accounts_email_values(attributes jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
  SELECT coalesce(
    array_agg(lower((element ->> 'value') COLLATE gatehouse_unicode)), ARRAY[]::text[]
  )
  FROM jsonb_array_elements(
    CASE WHEN jsonb_typeof(attributes -> 'emails') = 'array' THEN attributes -> 'emails' END
  ) AS elements(element)
  WHERE (element ->> 'value') IS NOT NULL
);
CREATE INDEX user_email_values ON accounts_user USING gin (accounts_email_values(attributes));
"""
COUNTING = """
CREATE FUNCTION accounts_count_users() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO accounts_usercount AS c (tenant_id, slot, users)
    SELECT tenant_id, pg_backend_pid() % 16, count(*) FROM changed
    WHERE tenant_id IS NOT NULL GROUP BY tenant_id
    ON CONFLICT (tenant_id, slot) DO UPDATE SET users = c.users + EXCLUDED.users;
  ELSE
    INSERT INTO accounts_usercount AS c (tenant_id, slot, users)
    SELECT tenant_id, pg_backend_pid() % 16, -count(*) FROM changed
    WHERE tenant_id IS NOT NULL GROUP BY tenant_id
    ON CONFLICT (tenant_id, slot) DO UPDATE SET users = c.users + EXCLUDED.users;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER accounts_count_new_users AFTER INSERT ON accounts_user
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION accounts_count_users();
CREATE TRIGGER accounts_count_gone_users AFTER DELETE ON accounts_user
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION accounts_count_users();
INSERT INTO accounts_usercount (tenant_id, slot, users)
  SELECT tenant_id, 0, count(*) FROM accounts_user WHERE tenant_id IS NOT NULL GROUP BY tenant_id;
"""
UNCOUNTING = """
DROP TRIGGER accounts_count_gone_users ON accounts_user;
DROP TRIGGER accounts_count_new_users ON accounts_user;
DROP FUNCTION accounts_count_users();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_references_stay_in_their_tenant")]

    operations = [
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["tenant", "last_modified"], name="user_last_modified"),
        ),
        migrations.RunSQL(
            EMAIL_VALUES,
            "DROP INDEX user_email_values; DROP FUNCTION accounts_email_values(jsonb);",
        ),
        migrations.CreateModel(
            name="UserCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slot", models.SmallIntegerField()),
                ("users", models.BigIntegerField()),
                (
                    "tenant",
                    accounts.tenancy.scoping.TenantForeignKey(
                        db_constraint=False,
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
                    models.UniqueConstraint(fields=("tenant", "slot"), name="user_count_slot")
                ],
            },
        ),
        migrations.RunSQL(COUNTING, UNCOUNTING),
    ]
