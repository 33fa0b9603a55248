"""Find the requests that named one person, also in a long log; most of the others name nobody."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scim", "0011_profiles_list_sources")]

    operations = [
        migrations.AddIndex(
            "requestlogentry",
            models.Index(
                fields=["tenant", "resource_id", "-at"],
                condition=models.Q(("resource_id", ""), _negated=True),
                name="request_log_of_resource",
            ),
        )
    ]
