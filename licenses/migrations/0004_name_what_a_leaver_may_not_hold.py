"""The trigger that refuses a leaver's seat names its rule as a constraint does."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION licenses_leaver_holds_no_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM licenses_seat s WHERE s.user_id = NEW.id AND s.released IS NULL)
    AND EXISTS (SELECT FROM accounts_user u WHERE u.id = NEW.id AND NOT u.active)
  THEN
    RAISE EXCEPTION 'leaver_holds_nothing: user % is inactive and holds a seat', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'leaver_holds_nothing';
  END IF;
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("licenses", "0003_who_leaves_holds_no_seat")]

    operations = [migrations.RunSQL(FUNCTION, migrations.RunSQL.noop)]
