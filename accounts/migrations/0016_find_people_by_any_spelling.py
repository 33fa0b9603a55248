"""Find people whatever accents somebody types: ``omer`` finds ``Ömer``.

No extension is needed.  What is plain, as most of it is, takes the short way.
"""

from django.db import migrations, models
from django.db.models import F, Func, Value
from django.db.models.functions import Concat

FOLDED = r"""
CREATE FUNCTION accounts_folded(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE
  WHEN value ~ '^[\x01-\x7f]*$' THEN (lower(value COLLATE "C")) COLLATE "default"
  ELSE (replace(replace(replace(replace(
    translate(
      regexp_replace(
        normalize(lower(normalize(value, NFKD) COLLATE gatehouse_unicode), NFKD),
        '[\u0300-\u036f]', '', 'g'
      ),
      'øłđħıŧς', 'oldhitσ'
    ),
    'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')) COLLATE "default"
END
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0015_profile_names_are_unique")]

    operations = [
        migrations.RunSQL(FOLDED, "DROP FUNCTION accounts_folded(text)"),
        migrations.AddField(
            "user",
            "search_text",
            models.GeneratedField(
                expression=Func(
                    Concat(
                        F("user_name"), Value(" "), F("display_name"), Value(" "),
                        F("given_name"), Value(" "), F("family_name"), Value(" "), F("email"),
                    ),
                    function="accounts_folded",
                ),
                output_field=models.TextField(),
                db_persist=True,
            ),
        ),
    ]
