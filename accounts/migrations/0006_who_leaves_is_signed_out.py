"""Whoever is deactivated loses their sessions, whatever statement did it.

Each statement inside the function sees what was committed before it began.  It begins when the
row is already ours, so the session of a sign-in that held the row until then is found as well.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION accounts_end_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM accounts_session WHERE user_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER accounts_sign_leaver_out AFTER UPDATE OF active ON accounts_user
  FOR EACH ROW WHEN (OLD.active AND NOT NEW.active) EXECUTE FUNCTION accounts_end_sessions();
"""
BACKWARDS = """
DROP TRIGGER accounts_sign_leaver_out ON accounts_user;
DROP FUNCTION accounts_end_sessions();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_groups_of_a_person")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
