from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

from django.db import migrations

LIMITS: Final = Path(__file__).parents[1] / "card_limits.toml"


def load(apps: Any, schema_editor: Any) -> None:
    rule = apps.get_model("rules", "Rule")
    rows = tomllib.loads(LIMITS.read_text())["rule"]
    rule.objects.using(schema_editor.connection.alias).bulk_create(
        rule(rule_key=row["key"], value=row["value"], valid_from=row["from"], source=row["source"])
        for row in rows
    )


def unload(apps: Any, schema_editor: Any) -> None:
    keys = [row["key"] for row in tomllib.loads(LIMITS.read_text())["rule"]]
    rules = apps.get_model("rules", "Rule").objects.using(schema_editor.connection.alias)
    rules.filter(rule_key__in=keys).delete()


class Migration(migrations.Migration):
    """Limits against card testing; see the head of card_limits.toml."""

    dependencies = [("rules", "0002_seed")]
    operations = [migrations.RunPython(load, unload)]
