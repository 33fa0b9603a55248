"""Access profiles have unique names in the form in which they are compared.

Apart from the migration that prepares them: PostgreSQL alters no table whose rows were changed in
the same transaction.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_names_are_prepared")]

    operations = [
        migrations.AddConstraint(
            "accessprofile",
            models.UniqueConstraint(
                fields=("tenant", "name_ci"), name="profile_name_unique_in_tenant"
            ),
        ),
    ]
