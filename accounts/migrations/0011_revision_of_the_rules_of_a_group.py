"""Let whoever changes the members of a group see that what it gives has changed meanwhile."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_cheaper_changes_of_users")]

    operations = [
        migrations.AddField(
            model_name="directorygroup",
            name="rules_revision",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
    ]
