"""What a source takes away beyond its limit is held until an admin decides.

``accounts_note_losses`` counts for one source at a time: each statement inside the function sees
what was committed before it began, and it begins when the lock is ours.

Whoever's ``active`` is changed, or who is deleted, is held no more by what was before: whoever
holds them writes so after the change, and what an admin does counts at once.
"""

import accounts.tenancy.constraints
import accounts.tenancy.scoping
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

FORWARDS = """
CREATE FUNCTION accounts_note_losses(
  of_tenant bigint, of_source bigint, people uuid[], now timestamptz, most integer,
  most_percent integer, OUT held_in bigint, OUT exceeds boolean
) LANGUAGE plpgsql AS $$
DECLARE
  lost bigint;
  everybody bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('accounts_note_losses', of_source));
  exceeds := false;
  SELECT change.id INTO held_in FROM accounts_heldchange change
    WHERE change.tenant_id = of_tenant AND change.source_id = of_source AND change.state = 'open'
    FOR SHARE;
  IF held_in IS NOT NULL OR (most IS NULL AND most_percent IS NULL) THEN
    RETURN;
  END IF;
  DELETE FROM accounts_sourceloss loss
    WHERE loss.tenant_id = of_tenant AND loss.source_id = of_source
      AND loss.at <= now - interval '1 hour';
  INSERT INTO accounts_sourceloss (tenant_id, source_id, user_id, at)
    SELECT DISTINCT of_tenant, of_source, person, now FROM unnest(people) AS person
    ON CONFLICT (tenant_id, source_id, user_id) DO UPDATE SET at = EXCLUDED.at;
  SELECT count(*) INTO lost FROM accounts_sourceloss loss
    WHERE loss.tenant_id = of_tenant AND loss.source_id = of_source;
  exceeds := most IS NOT NULL AND lost > most;
  IF NOT exceeds AND most_percent IS NOT NULL THEN
    SELECT coalesce(sum(counted.users), 0) INTO everybody FROM accounts_usercount counted
      WHERE counted.tenant_id = of_tenant;
    exceeds := lost * 100 > most_percent * everybody;
  END IF;
END $$;

CREATE FUNCTION accounts_end_holding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    UPDATE accounts_heldperson SET outcome = 'otherwise', ended = statement_timestamp()
      WHERE tenant_id = OLD.tenant_id AND user_id = OLD.id AND outcome = '' AND kind <> 'deleted';
  ELSE
    UPDATE accounts_heldperson
      SET outcome = CASE WHEN NEW.active THEN 'returned' ELSE 'otherwise' END,
        ended = statement_timestamp()
      WHERE tenant_id = NEW.tenant_id AND user_id = NEW.id AND outcome = '';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER accounts_end_holding_of_changed AFTER UPDATE OF active ON accounts_user
  FOR EACH ROW WHEN (OLD.active <> NEW.active) EXECUTE FUNCTION accounts_end_holding();
CREATE TRIGGER accounts_end_holding_of_deleted AFTER DELETE ON accounts_user
  FOR EACH ROW EXECUTE FUNCTION accounts_end_holding();
"""
BACKWARDS = """
DROP TRIGGER accounts_end_holding_of_deleted ON accounts_user;
DROP TRIGGER accounts_end_holding_of_changed ON accounts_user;
DROP FUNCTION accounts_end_holding();
DROP FUNCTION accounts_note_losses(
  bigint, bigint, uuid[], timestamptz, integer, integer, OUT bigint, OUT boolean
);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0037_people_by_file'),
    ]

    operations = [
        migrations.CreateModel(
            name='HeldChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source_id', models.BigIntegerField(editable=False)),
                ('source_name', models.CharField(max_length=200, verbose_name='source')),
                ('state', models.CharField(choices=[('open', 'Waits for an admin'), ('carrying out', 'Being carried out'), ('taking back', 'Being taken back'), ('carried out', 'Carried out'), ('taken back', 'Taken back')], default='open', max_length=12, verbose_name='state')),
                ('opened', models.DateTimeField(default=django.utils.timezone.now, verbose_name='since')),
                ('decided', models.DateTimeField(null=True, verbose_name='decided')),
                ('decided_by', models.CharField(blank=True, max_length=300, verbose_name='decided by')),
                ('ended', models.DateTimeField(null=True, verbose_name='done')),
                ('tenant', accounts.tenancy.scoping.TenantForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant')),
            ],
            options={
                'verbose_name': 'held change',
                'verbose_name_plural': 'held changes',
                'ordering': ['-opened', '-id'],
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='HeldPerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.UUIDField(editable=False)),
                ('name', models.CharField(blank=True, max_length=500, verbose_name='person')),
                ('user_name_ci', models.TextField(blank=True, editable=False)),
                ('kind', models.CharField(choices=[('left', 'Taken out of a group'), ('deactivated', 'Deactivated'), ('deleted', 'Deleted')], max_length=11, verbose_name='what the source did')),
                ('since', models.DateTimeField(default=django.utils.timezone.now, verbose_name='since')),
                ('groups', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, editable=False, size=None)),
                ('kept', models.JSONField(blank=True, default=dict, editable=False)),
                ('outcome', models.CharField(blank=True, choices=[('carried out', 'Carried out'), ('taken back', 'Taken back'), ('returned', 'Came back by themselves'), ('otherwise', 'Was changed otherwise meanwhile'), ('refused', 'Could not be taken back')], max_length=11, verbose_name='outcome')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('ended', models.DateTimeField(null=True, verbose_name='done')),
                ('change', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='people', to='accounts.heldchange')),
                ('tenant', accounts.tenancy.scoping.TenantForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant')),
            ],
            options={
                'verbose_name': 'held person',
                'verbose_name_plural': 'held people',
                'ordering': ['id'],
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='SourceLoss',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source_id', models.BigIntegerField()),
                ('user_id', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('tenant', accounts.tenancy.scoping.TenantForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant')),
            ],
            options={
                'verbose_name': 'loss by a source',
                'verbose_name_plural': 'losses by a source',
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddIndex(
            model_name='heldchange',
            index=models.Index(fields=['tenant', '-opened'], name='held_changes_of_tenant'),
        ),
        migrations.AddConstraint(
            model_name='heldchange',
            constraint=models.UniqueConstraint(fields=('tenant', 'id'), name='held_change_key_in_tenant'),
        ),
        migrations.AddConstraint(
            model_name='heldchange',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('tenant', 'source_id'), name='one_open_held_change_of_source'),
        ),
        migrations.AddIndex(
            model_name='heldperson',
            index=models.Index(fields=['tenant', 'change', 'outcome'], name='people_of_held_change'),
        ),
        migrations.AddIndex(
            model_name='heldperson',
            index=models.Index(condition=models.Q(('kind', 'deleted'), ('outcome', '')), fields=['tenant', 'user_name_ci'], name='kept_people_by_name'),
        ),
        migrations.AddIndex(
            model_name='heldperson',
            index=models.Index(fields=['tenant', 'user_id'], name='held_person_by_id'),
        ),
        migrations.AddConstraint(
            model_name='heldperson',
            constraint=accounts.tenancy.constraints.SameTenant(field='change', name='held_person_change_in_tenant'),
        ),
        migrations.AddConstraint(
            model_name='heldperson',
            constraint=models.UniqueConstraint(condition=models.Q(('outcome', '')), fields=('tenant', 'user_id'), name='person_held_once'),
        ),
        migrations.AddIndex(
            model_name='sourceloss',
            index=models.Index(fields=['tenant', 'source_id', 'at'], name='losses_of_source'),
        ),
        migrations.AddConstraint(
            model_name='sourceloss',
            constraint=models.UniqueConstraint(fields=('tenant', 'source_id', 'user_id'), name='loss_counted_once'),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
