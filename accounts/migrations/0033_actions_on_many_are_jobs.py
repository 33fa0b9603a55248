"""Actions on many rows are jobs: the lines of a result are rows, which are done one by one."""

import accounts.tenancy.constraints
import accounts.tenancy.scoping
import django.db.models.deletion
from django.db import migrations, models

# What was done before was all done; its lines do not say of which row they are.
LINES = """
INSERT INTO accounts_actionline
  (tenant_id, result_id, number, row, name, choice, outcome, reason)
SELECT result.tenant_id, result.id, line.number, '', line.texts->>0, '{}', line.texts->>1,
  line.texts->>2
FROM accounts_actionresult result,
  jsonb_array_elements(result.lines) WITH ORDINALITY AS line (texts, number);
SET CONSTRAINTS ALL IMMEDIATE
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0032_lockouts'),
    ]

    operations = [
        migrations.CreateModel(
            name='ActionLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(help_text='Its turn; the first is 1.', verbose_name='number')),
                ('row', models.CharField(blank=True, help_text='Its primary key.', max_length=64, verbose_name='row')),
                ('name', models.TextField(help_text='Of the row, when it was picked.', verbose_name='name')),
                ('choice', models.JSONField(blank=True, default=dict, help_text='Ids.', verbose_name='what was chosen')),
                ('outcome', models.CharField(blank=True, choices=[('done', 'Done'), ('passed over', 'Passed over'), ('refused', 'Refused')], max_length=20, verbose_name='outcome')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('ended', models.DateTimeField(help_text='Empty when it was not tried.', null=True, verbose_name='time')),
            ],
            options={
                'verbose_name': 'line of a result',
                'verbose_name_plural': 'lines of results',
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddField(
            model_name='actionresult',
            name='action',
            field=models.CharField(default='', help_text="What does it, of the list's pages.", max_length=100, verbose_name='action'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='actionresult',
            name='job',
            field=models.UUIDField(null=True, verbose_name='job'),
        ),
        migrations.AddField(
            model_name='actionresult',
            name='site',
            field=models.CharField(default='', help_text='Such as console.', max_length=20, verbose_name='site'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='actionresult',
            name='state',
            field=models.CharField(choices=[('going', 'Under way'), ('stopping', 'Stopping'), ('stopped', 'Stopped'), ('over', 'Over')], default='over', max_length=10, verbose_name='state'),
        ),
        migrations.AddField(
            model_name='actionresult',
            name='stopped_because',
            field=models.TextField(blank=True, help_text='Empty when its maker stopped it.', verbose_name='reason'),
        ),
        migrations.AddConstraint(
            model_name='actionresult',
            constraint=models.UniqueConstraint(fields=('tenant', 'id'), name='action_result_of_tenant'),
        ),
        migrations.AddField(
            model_name='actionline',
            name='result',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='accounts.actionresult'),
        ),
        migrations.AddField(
            model_name='actionline',
            name='tenant',
            field=accounts.tenancy.scoping.TenantForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant'),
        ),
        migrations.AddConstraint(
            model_name='actionline',
            constraint=accounts.tenancy.constraints.SameTenant(field='result', name='action_line_result_in_tenant'),
        ),
        migrations.AddConstraint(
            model_name='actionline',
            constraint=models.UniqueConstraint(fields=('tenant', 'result', 'number'), name='action_line_number_once', nulls_distinct=False),
        ),
        migrations.RunSQL(LINES, migrations.RunSQL.noop),
        migrations.RemoveField(model_name='actionresult', name='lines'),
    ]
