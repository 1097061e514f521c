"""The embedded server's configuration: loopback, operator mode, what it stores flushed each second.

Never set here: no_auth_user, mqtt, leafnodes, websocket, profiling.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from adapters.nats.trust import MAX_PAYLOAD, Trust

# A power cut takes that much along: the ledger, which flushes before it accepts, has it and the
# relay fills it up again (docs/decisions/0027-live-delivery-and-sync.md).
SYNC: Final = "1s"
# Only a ceiling: publishes past it are refused, and the ledger, not FEED, is the record.
DEFAULT_MAX_FILE_STORE: Final = 64 * 1024**3


@dataclass(frozen=True)
class Place:
    """Where a server keeps its things and where it listens."""

    folder: Path
    host: str
    port: int
    max_file_store: int = DEFAULT_MAX_FILE_STORE

    @property
    def url(self) -> str:
        return f"nats://{self.host}:{self.port}"

    @property
    def conf(self) -> Path:
        return self.folder / "nats.conf"

    @property
    def log(self) -> Path:
        return self.folder / "nats.log"

    @property
    def stderr(self) -> Path:
        """What it says before its log is open: a refused configuration."""
        return self.folder / "nats.err"

    @property
    def pid(self) -> Path:
        return self.folder / "nats.pid"

    @property
    def jwt(self) -> Path:
        return self.folder / "jwt"

    @property
    def js(self) -> Path:
        return self.folder / "js"


def conf_text(place: Place, trust: Trust, issued_at: datetime) -> str:
    """Newer preloaded JWTs replace the resolver's older ones when the server starts."""
    return f"""\
server_name: varsel
listen: {_quoted(f"{place.host}:{place.port}")}
max_payload: {MAX_PAYLOAD}
write_deadline: "10s"
log_file: {_quoted(place.log)}
logfile_size_limit: {10 * 1024**2}
logfile_max_num: 5

operator: {trust.operator_jwt(issued_at)}
system_account: {trust.system_key}
resolver: {{
  type: full
  dir: {_quoted(place.jwt)}
  allow_delete: true
  interval: "2m"
  limit: 1000000
}}
resolver_preload: {{
  {trust.system_key}: {trust.system_account_jwt(issued_at)}
  {trust.platform_key}: {trust.platform_account_jwt(issued_at)}
}}

jetstream {{
  store_dir: {_quoted(place.js)}
  sync_interval: {SYNC}
  max_memory_store: {64 * 1024**2}
  max_file_store: {place.max_file_store}
  strict: true
}}
"""


def _quoted(value: object) -> str:
    return json.dumps(str(value), ensure_ascii=False)
