"""Bring the translations up to date with the code."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from counterfoil.cli import messages


class Command(BaseCommand):
    """Writes `django.po` and `django.mo` of each language; with `--check`, only says what is wrong with them."""

    help = (
        "Collects the texts of code and templates and compiles the translations; says which are missing. "
        "With --check, writes nothing and ends with 1 when something is wrong."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to write."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, or compare."""
        code = messages.in_code()
        wrong = []
        for language in messages.LANGUAGES:
            if not options["check"]:
                messages.write(language, code=code)
            catalog = messages.read(language)
            wrong += [f"{language}: {one.text!r} {one.why}" for one in messages.problems(catalog, code=code)]
            if not messages.is_compiled(language):
                wrong.append(f"{language}: django.mo is not what django.po says; run `counterfoil messages`")
        if wrong and options["check"]:
            raise CommandError("\n".join(wrong))
        for line in wrong:
            self.stderr.write(line)
        self.stdout.write(f"{len(code)} texts, {len(wrong)} to look at.")
