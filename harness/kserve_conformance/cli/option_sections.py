"""Help of a command with many options, which lists them in sections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import click


class SectionedCommand(click.Command):
    """A command whose help groups its options by ``sections``: titles with the names of parameters."""

    sections: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section; options that no section names are last."""
        records = {param.name: record for param in self.get_params(ctx) if (record := param.get_help_record(ctx))}
        for title, names in self.sections.items():
            with formatter.section(title):
                formatter.write_dl([records.pop(name) for name in names])
        with formatter.section("Other options"):
            formatter.write_dl(list(records.values()))
