"""Sources that exist go on changing roles; further ones do so when an admin wants it."""

from __future__ import annotations

from django.db import migrations, models

_HELP = (
    "While it is off, this source sees who holds which role and cannot change it. What an "
    "admin has given a directory group goes on being given to its members."
)


class Migration(migrations.Migration):
    dependencies = [("scim", "0009_active_is_always_shown")]
    operations = [
        migrations.AddField(
            model_name="source",
            name="may_change_roles",
            field=models.BooleanField(
                default=True, help_text=_HELP, verbose_name="may change roles"
            ),
        ),
        migrations.AlterField(
            model_name="source",
            name="may_change_roles",
            field=models.BooleanField(
                default=False, help_text=_HELP, verbose_name="may change roles"
            ),
        ),
    ]
