"""The audit report as one HTML file: no script, nothing fetched, made to be printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def html(said: Mapping[str, Any]) -> bytes:
    """The report; everything is escaped but pictures, whose maker does so itself."""
    environment = Environment(
        loader=PackageLoader("adapters.evidence"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("report.html")
    return template.render(said=said, drawn=Markup).encode()
