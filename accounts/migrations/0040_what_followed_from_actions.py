"""A line of an action keeps the numbers of what followed, and whether its refusal can pass."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0039_files_of_licences"),
    ]

    operations = [
        migrations.AddField(
            model_name="actionline",
            name="can_pass",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Nothing is wrong with the row; what was in the way may be gone.",
                verbose_name="the reason can pass",
            ),
        ),
        migrations.AddField(
            model_name="actionline",
            name="followed",
            field=models.JSONField(
                help_text="Numbers. Empty when nothing was counted.",
                null=True,
                verbose_name="what followed",
            ),
        ),
    ]
