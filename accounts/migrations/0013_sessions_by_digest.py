"""Sessions are found by the digest of the secret in the browser's cookie.

The secrets themselves stood here.  Each is replaced by its digest, so that everybody who is signed
in stays so.  The data of a session is encrypted when it is next saved.

Backwards, every session ends: what a browser must show cannot be made from its digest.
"""

from django.db import migrations, models

FORWARDS = """
UPDATE accounts_session
SET session_key = encode(sha256(convert_to(session_key, 'UTF8')), 'hex')
"""
BACKWARDS = "DELETE FROM accounts_session"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_trail_without_a_key_to_the_tenant")]

    operations = [
        migrations.AlterField(
            model_name="session",
            name="expire_date",
            field=models.DateTimeField(db_index=True),
        ),
        migrations.AlterField(
            model_name="session",
            name="session_data",
            field=models.TextField(),
        ),
        migrations.AlterField(
            model_name="session",
            name="session_key",
            field=models.CharField(max_length=64, primary_key=True, serialize=False),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
