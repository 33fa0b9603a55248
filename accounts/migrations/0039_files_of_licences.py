from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0038_held_changes'),
    ]

    operations = [
        migrations.AddField(
            model_name='peoplefile',
            name='kind',
            field=models.CharField(choices=[('people', 'people'), ('licences', 'licences')], db_default='people', default='people', max_length=10, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='peoplefile',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['people', 'licences'])), name='people_file_kind'),
        ),
    ]
