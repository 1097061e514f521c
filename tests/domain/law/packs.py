"""A small pack as text, from which a test changes only what it is about."""

from __future__ import annotations

import tomllib
from pathlib import Path

from domain.law.rules import Pack

HEAD = {
    "law": '"nis2"',
    "version": "1",
    "title": '"A law"',
    "effective_from": "2024-10-18",
    "source": '"https://example.org/law"',
    "status": '"unreviewed"',
    "computation": '["strict", "r1182"]',
}
DUTY = {
    "id": '"notification"',
    "title": '"Tell them"',
    "debtor": '"controller"',
    "owed_to": '"supervisory_authority"',
    "starts": '"aware"',
    "met_by": '"authority_notified"',
    "period": '"PT72H"',
    "citation": '"Art. 1"',
    "source": '"https://example.org/law"',
    "why": '"Because the law says so."',
    "reviewed": "false",
}


def a_pack_text(
    head: dict[str, str | None] | None = None,
    *duties: dict[str, str | None],
) -> str:
    """TOML with `head` and each of `duties` changed (None leaves a field out); one duty if none."""
    tables = [_table({**HEAD, **(head or {})})]
    tables += ["[[duty]]\n" + _table({**DUTY, **duty}) for duty in duties or ({},)]
    return "\n".join(tables)


def a_pack(head: dict[str, str | None] | None = None, *duties: dict[str, str | None]) -> Pack:
    return Pack.model_validate(tomllib.loads(a_pack_text(head, *duties)))


def a_folder(folder: Path, **files: str) -> Path:
    """A folder with each text in a file of that name, `.toml` added."""
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def _table(fields: dict[str, str | None]) -> str:
    return "".join(f"{name} = {text}\n" for name, text in fields.items() if text is not None)
