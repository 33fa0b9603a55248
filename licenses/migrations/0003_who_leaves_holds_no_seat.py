"""Nobody inactive holds a seat when a transaction ends: the wall behind the taking back.

A deactivation that found no seats may be overtaken by somebody who is just giving one.  It is
refused then, and done again by whoever takes the seat back (``accounts.signals`` says how).
The check is deferred, so that within one transaction the order does not matter.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION licenses_leaver_holds_no_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM licenses_seat s WHERE s.user_id = NEW.id AND s.released IS NULL)
    AND EXISTS (SELECT FROM accounts_user u WHERE u.id = NEW.id AND NOT u.active)
  THEN
    RAISE EXCEPTION 'leaver_holds_nothing: user % is inactive and holds a seat', NEW.id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER licenses_leaver_holds_no_seat AFTER UPDATE OF active ON accounts_user
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.active AND NOT NEW.active)
  EXECUTE FUNCTION licenses_leaver_holds_no_seat();
"""
BACKWARDS = """
DROP TRIGGER licenses_leaver_holds_no_seat ON accounts_user;
DROP FUNCTION licenses_leaver_holds_no_seat();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("licenses", "0002_references_stay_in_their_tenant"),
        ("accounts", "0006_who_leaves_is_signed_out"),
    ]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
