from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from django.db import migrations

SEED = Path(__file__).parents[1] / "seed.toml"


def load(apps: Any, schema_editor: Any) -> None:
    rule = apps.get_model("rules", "Rule")
    rows = tomllib.loads(SEED.read_text())["rule"]
    rule.objects.using(schema_editor.connection.alias).bulk_create(
        rule(
            rule_key=row["key"],
            value=row["value"],
            valid_from=row["from"],
            valid_to=row.get("to"),
            source=row["source"],
        )
        for row in rows
    )


def unload(apps: Any, schema_editor: Any) -> None:
    apps.get_model("rules", "Rule").objects.using(schema_editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    """The rules an installation starts with; see the head of seed.toml."""

    dependencies = [("rules", "0001_initial")]
    operations = [migrations.RunPython(load, unload)]
