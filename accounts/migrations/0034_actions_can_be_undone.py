"""An action on many rows keeps what undoing it needs, why it was wanted, and what undoes it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0033_actions_on_many_are_jobs'),
    ]

    operations = [
        migrations.AddField(
            model_name='actionline',
            name='kept',
            field=models.JSONField(blank=True, default=dict, help_text='Ids. Empty: nothing to undo.', verbose_name='what undoing needs'),
        ),
        migrations.AddField(
            model_name='actionline',
            name='person',
            field=models.UUIDField(help_text='Whom the row is about.', null=True, verbose_name='person'),
        ),
        migrations.AddField(
            model_name='actionresult',
            name='reason',
            field=models.CharField(blank=True, help_text='Of whoever wanted it, in their words.', max_length=300, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='actionresult',
            name='total',
            field=models.PositiveIntegerField(default=0, verbose_name='rows'),
        ),
        migrations.AddField(
            model_name='actionresult',
            name='undo_until',
            field=models.DateField(help_text='Empty: it cannot be.', null=True, verbose_name='last day on which it can be undone'),
        ),
        migrations.AddField(
            model_name='actionresult',
            name='undoes',
            field=models.UUIDField(help_text='The action that it takes back.', null=True, verbose_name='undoes'),
        ),
        migrations.AddIndex(
            model_name='actionline',
            index=models.Index(condition=models.Q(('person__isnull', False)), fields=['tenant', 'person'], name='lines_about_person'),
        ),
        migrations.AddIndex(
            model_name='actionresult',
            index=models.Index(fields=['tenant', 'site', '-created'], name='results_of_tenant'),
        ),
        migrations.AddConstraint(
            model_name='actionresult',
            constraint=models.UniqueConstraint(condition=models.Q(('undoes__isnull', False)), fields=('tenant', 'undoes'), name='action_undone_once', nulls_distinct=False),
        ),
    ]
