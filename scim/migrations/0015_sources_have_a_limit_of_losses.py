"""Sources say how many people they may take away within an hour, before it is held."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0038_held_changes'),
        ('scim', '0014_hours_in_which_sources_call'),
    ]

    operations = [
        migrations.AddField(
            model_name='source',
            name='loss_number',
            field=models.PositiveIntegerField(blank=True, default=50, help_text='When the source takes seats from more people within an hour, or deletes more, what follows waits until an admin has looked. Empty: any number.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='hold more than so many people'),
        ),
        migrations.AddField(
            model_name='source',
            name='loss_percent',
            field=models.PositiveSmallIntegerField(blank=True, help_text='The same, of everybody in your company; what is reached first counts. Without a number and a percentage nothing of this source is held.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='hold more than so many percent'),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('loss_number', None), ('loss_number__gte', 1), _connector='OR'), models.Q(('loss_percent', None), ('loss_percent__range', (1, 100)), _connector='OR')), name='source_limits_of_losses_are_usable'),
        ),
    ]
