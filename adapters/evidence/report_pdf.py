"""The audit report as PDF/A-2b with tags, by Typst (the extra `reports`).

The words come in as data that `templates/report.typ` reads: nothing in them is taken for markup.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import as_file, files
from typing import Any, Literal, cast

from domain.errors import Unavailable


def pdf(said: Mapping[str, Any], made: datetime) -> bytes:
    """The report, dated `made`; raises `Unavailable` where the extra is not installed."""
    [whole] = _set(said, "pdf", pdf_standards=["a-2b"], timestamp=made.replace(microsecond=0))
    return whole


def pages(said: Mapping[str, Any], ppi: float = 80) -> list[bytes]:
    """The same page by page, as PNG."""
    return _set(said, "png", ppi=ppi)


def _set(said: Mapping[str, Any], form: Literal["pdf", "png"], **more: Any) -> list[bytes]:
    try:
        import typst  # noqa: PLC0415 - an extra
    except ImportError:
        raise Unavailable(
            "a PDF needs Typst, which is not installed",
            expected="the extra `reports`",
            next_step="pip install varsel[reports], or ask for --format html",
        ) from None
    with as_file(files("adapters.evidence") / "templates" / "report.typ") as template:
        compiled = cast("Any", typst.compile)  # what it returns is loosely typed
        made: Any = compiled(
            str(template),
            format=form,
            ignore_system_fonts=True,  # the same page everywhere
            sys_inputs={"said": json.dumps(said)},
            **more,
        )
    return cast("list[bytes]", made) if isinstance(made, list) else [made]
