"""Settings: what can be set, by option or by VARSEL_… in the environment; read by compose alone."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import Invalid


class Settings(BaseSettings):
    """How a platform is set up. A port of 0 picks a free one and keeps it in the data folder."""

    model_config = SettingsConfigDict(env_prefix="VARSEL_", extra="ignore", frozen=True)

    data: Path = Path("varsel-data")
    nats_host: str = "127.0.0.1"
    nats_port: int = Field(default=4222, ge=0, le=65535)
    nats_server: Path | None = None
    master_key_file: Path | None = None
    law_dir: Path | None = None
    log_level: str = "INFO"
    reconcile_seconds: float = Field(default=30.0, gt=0)
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
