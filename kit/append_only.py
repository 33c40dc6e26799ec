"""Tables that only ever grow: the database refuses to change or remove a row."""

from __future__ import annotations

from django.db import migrations

FUNCTION = """
CREATE FUNCTION kit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% refused: % only ever grows', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
"""


def append_only(table: str) -> migrations.RunSQL:
    """Return the migration step after which ``table`` refuses UPDATE, DELETE and TRUNCATE."""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER {table}_rows_stay BEFORE UPDATE OR DELETE ON {table}
          FOR EACH ROW EXECUTE FUNCTION kit_append_only();
        CREATE TRIGGER {table}_is_never_emptied BEFORE TRUNCATE ON {table}
          FOR EACH STATEMENT EXECUTE FUNCTION kit_append_only();
        """,
        f"""
        DROP TRIGGER {table}_rows_stay ON {table};
        DROP TRIGGER {table}_is_never_emptied ON {table};
        """,
    )
