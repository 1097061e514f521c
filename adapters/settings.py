"""Settings: what can be set, by option or by VARSEL_… in the environment; read by compose alone."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import Invalid


class Settings(BaseSettings):
    """How a platform is set up. A port of 0 picks a free one and keeps it in the data folder.

    Without `http_port` there is no HTTP door. `public_url` is how people reach it from outside,
    where that is another address than the one it listens at (a proxy that ends TLS, say).
    `webhook_allow_private` lets webhooks go to addresses inside, and to loopback without TLS.
    """

    model_config = SettingsConfigDict(env_prefix="VARSEL_", extra="ignore", frozen=True)

    data: Path = Path("varsel-data")
    nats_host: str = "127.0.0.1"
    nats_port: int = Field(default=4222, ge=0, le=65535)
    nats_server: Path | None = None
    http_host: str = "127.0.0.1"
    http_port: int | None = Field(default=None, ge=0, le=65535)
    public_url: str | None = None
    oidc_issuer: str | None = None  # people log in through it; without, with keys and links alone
    oidc_client_id: str | None = None
    oidc_client_secret_file: Path | None = None
    master_key_file: Path | None = None
    law_dir: Path | None = None
    log_level: str = "INFO"
    rate: str = "6000/minute"  # of each party's requests, through all doors; or off
    reconcile_seconds: float = Field(default=30.0, gt=0)
    watch_seconds: float = Field(default=3600.0, gt=0)  # between passes of the integrity watch
    tsa_url: str | None = None  # a time-stamping authority (RFC 3161); without, no time stamps
    tsa_roots: Path | None = None  # PEM: the certificates that its own must lead to
    tsa_seconds: float = Field(default=3600.0, gt=0)  # between two time stamps, at least
    webhook_allow_private: bool = False
    database_url: str | None = None
    nats_url: str | None = None

    def require_embedded(self) -> None:
        """Refuse settings for engines that this version does not run on."""
        for name, value in (("DATABASE", self.database_url), ("NATS", self.nats_url)):
            if value is not None:
                raise Invalid(
                    f"VARSEL_{name}_URL is set, but this version runs on its embedded engines only",
                    field=f"VARSEL_{name}_URL",
                    got="a URL",
                    expected="not set",
                    next_step="unset it; what would be accepted must not land somewhere else",
                )
