"""Count the changes of what a source's compiled mapping and schemas are made from.

A trigger cannot be forgotten by a page, a command or a service, and the cached forms in the
workers are looked up by this number.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION scim_mapping_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE scim_source SET revision = revision + 1
  WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.source_id ELSE NEW.source_id END;
  RETURN NULL;
END $$;
CREATE FUNCTION scim_schemas_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE scim_source SET revision = revision + 1
  WHERE tenant_id = CASE TG_OP WHEN 'DELETE' THEN OLD.tenant_id ELSE NEW.tenant_id END;
  RETURN NULL;
END $$;
CREATE TRIGGER scim_mapping_changed AFTER INSERT OR UPDATE OR DELETE ON scim_attributemapping
  FOR EACH ROW EXECUTE FUNCTION scim_mapping_changed();
CREATE TRIGGER scim_schemas_changed AFTER INSERT OR UPDATE OR DELETE ON scim_extensionschema
  FOR EACH ROW EXECUTE FUNCTION scim_schemas_changed();
CREATE TRIGGER scim_schemas_changed AFTER INSERT OR UPDATE OR DELETE ON scim_extensionattribute
  FOR EACH ROW EXECUTE FUNCTION scim_schemas_changed();
"""
BACKWARDS = """
DROP TRIGGER scim_schemas_changed ON scim_extensionattribute;
DROP TRIGGER scim_schemas_changed ON scim_extensionschema;
DROP TRIGGER scim_mapping_changed ON scim_attributemapping;
DROP FUNCTION scim_schemas_changed();
DROP FUNCTION scim_mapping_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("scim", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
