"""A link that signs somebody in ends with what it was made for, whatever statement ends that.

Whoever got it at an address that was put right since, or that found the way into an account whose
password was changed since, must not come in with it; nor may it live again when somebody who left
comes back.  Used links stay: they say whose they were.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION accounts_end_links() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM accounts_onetimelink WHERE user_id = NEW.id AND used IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER accounts_end_open_links AFTER UPDATE ON accounts_user
  FOR EACH ROW WHEN (
    (OLD.active AND NOT NEW.active)
    OR OLD.password <> NEW.password
    OR lower(COALESCE(NULLIF(OLD.email, ''), OLD.user_name))
      <> lower(COALESCE(NULLIF(NEW.email, ''), NEW.user_name))
  ) EXECUTE FUNCTION accounts_end_links();
"""
BACKWARDS = """
DROP TRIGGER accounts_end_open_links ON accounts_user;
DROP FUNCTION accounts_end_links();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0019_find_entries_by_names")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
