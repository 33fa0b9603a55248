"""The profiles and directory groups of a person as one value, with a plan that is kept.

Planning the query anew takes several times as long as running it; PostgreSQL keeps the plans of
what is inside a PL/pgSQL function.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION accounts_groups_of(tenant bigint, person uuid)
RETURNS TABLE (id text, name text, direct boolean) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT 'profile:' || p.id, p.name::text, TRUE
  FROM accounts_profilemembership pm JOIN accounts_accessprofile p ON p.id = pm.profile_id
  WHERE pm.tenant_id = tenant AND pm.user_id = person AND NOT p.is_default;
  IF EXISTS (
    SELECT 1 FROM accounts_directorygroupmember m
    WHERE m.tenant_id = tenant AND m.user_id = person
  ) THEN
    RETURN QUERY
    WITH RECURSIVE up(group_id, is_direct) AS (
      SELECT m.group_id, TRUE FROM accounts_directorygroupmember m
      WHERE m.tenant_id = tenant AND m.user_id = person
      UNION
      SELECT m.group_id, FALSE FROM accounts_directorygroupmember m
      JOIN up ON m.member_group_id = up.group_id WHERE m.tenant_id = tenant
    ), once AS (
      SELECT up.group_id, bool_or(up.is_direct) AS is_direct FROM up GROUP BY up.group_id
    )
    SELECT g.id::text, g.display_name::text, once.is_direct
    FROM once JOIN accounts_directorygroup g ON g.id = once.group_id;
  END IF;
END $$;
CREATE FUNCTION accounts_groups_of_as_json(tenant bigint, person uuid)
RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  -- Most people are in no group: two looks at an index tell.
  IF NOT EXISTS (
    SELECT 1 FROM accounts_profilemembership m WHERE m.tenant_id = tenant AND m.user_id = person
  ) AND NOT EXISTS (
    SELECT 1 FROM accounts_directorygroupmember m
    WHERE m.tenant_id = tenant AND m.user_id = person
  ) THEN
    RETURN NULL;
  END IF;
  RETURN (
    SELECT json_agg(json_build_array(g.id, g.name, g.direct) ORDER BY g.id)
    FROM accounts_groups_of(tenant, person) g
  );
END $$;
"""
BACKWARDS = """
DROP FUNCTION accounts_groups_of_as_json(bigint, uuid);
DROP FUNCTION accounts_groups_of(bigint, uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_count_and_find_users")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
