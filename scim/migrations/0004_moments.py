"""Read dateTime texts of extension attributes as moments, without failing on any text."""

from django.db import migrations

FORWARDS = r"""
CREATE FUNCTION scim_moment(text) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF $1 !~ '^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)?$' THEN
    RETURN NULL;
  END IF;
  IF $1 ~ '([Zz]|[+-]\d\d:?\d\d)$' THEN
    RETURN regexp_replace(replace($1, ',', '.'), '(\.\d{6})\d+', '\1')::timestamptz;
  END IF;
  RETURN (regexp_replace(replace($1, ',', '.'), '(\.\d{6})\d+', '\1') || 'Z')::timestamptz;
EXCEPTION WHEN others THEN
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("scim", "0003_references_stay_in_their_tenant")]

    operations = [migrations.RunSQL(FORWARDS, "DROP FUNCTION scim_moment(text)")]
