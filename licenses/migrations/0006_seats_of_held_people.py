"""Seats of people whose change is held stay theirs: the wall lets held people keep them."""

from django.db import migrations, models

FUNCTION = """
CREATE OR REPLACE FUNCTION licenses_leaver_holds_no_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM licenses_seat s WHERE s.user_id = NEW.id AND s.released IS NULL)
    AND EXISTS (SELECT FROM accounts_user u WHERE u.id = NEW.id AND NOT u.active)
    AND NOT EXISTS (
      SELECT FROM accounts_heldperson held
      WHERE held.tenant_id = NEW.tenant_id AND held.user_id = NEW.id AND held.outcome = ''
    )
  THEN
    RAISE EXCEPTION 'leaver_holds_nothing: user % is inactive and holds a seat', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'leaver_holds_nothing';
  END IF;
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0038_held_changes'),
        ('licenses', '0005_seats_are_counted_by_the_day'),
    ]

    operations = [
        migrations.AddField(
            model_name='seat',
            name='kept_for',
            field=models.UUIDField(editable=False, help_text='Who held it, while their deletion is held.', null=True),
        ),
        migrations.AddIndex(
            model_name='seat',
            index=models.Index(condition=models.Q(('kept_for__isnull', False)), fields=['tenant', 'kept_for'], name='seats_kept'),
        ),
        migrations.RunSQL(FUNCTION, migrations.RunSQL.noop),
    ]
