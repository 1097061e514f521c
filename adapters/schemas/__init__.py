"""What travels, described for machines: JSON Schemas of every document, and AsyncAPI 3 of NATS.

All of it is computed from the models that the platform itself reads and writes with, so that it
cannot say something else. What the schemas of commands allow is taken, but for a few rules across
fields, whose refusals name what they miss; beside it the doors take what people write by hand, as
`follow-up` for `follow_up`, or one word for a list of one.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from adapters.schemas.shaping import ROOT, Schema

__all__ = ["ROOT", "documents", "rendered"]


@cache
def documents() -> dict[str, Schema]:
    """Every JSON document by its path below `/schemas/`, `index.json` among them."""
    from adapters.schemas import asyncapi, messages, requests  # noqa: PLC0415 - where asked for

    described = {**messages.schemas(), **requests.schemas()}
    asynchronous = asyncapi.document()
    listed = {path: _line(path, schema) for path, schema in described.items()}
    index = {
        "title": "What Varsel says and takes, described for machines",
        "schemas": [*listed.values()],
        "asyncapi": f"{ROOT}asyncapi.json",
    }
    return {**described, "asyncapi.json": asynchronous, "index.json": index}


@cache
def rendered() -> dict[str, bytes]:
    """The same as files, ready to be served; AsyncAPI as YAML too, as its tools prefer it.

    The first call takes a second: not one for an event loop.
    """
    import yaml  # noqa: PLC0415 - where asked for

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # four times as fast, where it was built
    files = {path: _json(document) for path, document in documents().items()}
    whole = json.loads(files["asyncapi.json"])  # where nothing is shared: YAML would alias it
    plain = yaml.dump(whole, Dumper=dumper, sort_keys=False, allow_unicode=True, width=100)
    return {**files, "asyncapi.yaml": plain.encode()}


def _line(path: str, schema: Schema) -> dict[str, Any]:
    return {"href": f"{ROOT}{path}", "kind": path.partition("/")[0], "title": schema["title"]}


def _json(document: Schema) -> bytes:
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"
