"""Settings: what can be set, by option or by VARSEL_… in the environment; read by compose alone."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.roles import Role
from domain.errors import Invalid


class Settings(BaseSettings):
    """How a platform is set up. A port of 0 picks a free one and keeps it in the data folder.

    Without `http_port` there is no HTTP door. `public_url` is how people reach it from outside,
    where that is another address than the one it listens at (a proxy that ends TLS, say).
    `webhook_allow_private` lets webhooks go to addresses inside, and to loopback without TLS.

    Without `database_url` and `nats_url` the platform is one process on its embedded engines.
    """

    model_config = SettingsConfigDict(env_prefix="VARSEL_", extra="ignore", frozen=True)

    data: Path = Path("varsel-data")
    role: Role = Role.ALL
    part: str = "1/1"  # which part of the views this projector keeps, of how many: 2/4
    database_url: str | None = None  # postgresql://USER@HOST:PORT/NAME
    database_password_file: Path | None = None
    nats_url: str | None = None  # one or several, with commas between: tls://nats-1:4222,…
    nats_public_url: str | None = None  # the same as parties reach them, where that is otherwise
    nats_ca: Path | None = None  # PEM: who signed the servers' certificates
    nats_replicas: int = Field(default=3, ge=1, le=5)  # of FEED on outside servers
    nats_host: str = "127.0.0.1"  # of the embedded server
    nats_port: int = Field(default=4222, ge=0, le=65535)
    nats_server: Path | None = None
    http_host: str = "127.0.0.1"
    http_port: int | None = Field(default=None, ge=0, le=65535)
    ops_host: str = "127.0.0.1"
    ops_port: int | None = Field(default=None, ge=0, le=65535)  # health and metrics
    ops_parties: int = Field(default=100, ge=0)  # named in the metrics; the others are one figure
    otlp_endpoint: str | None = None  # traces go there, with the extra `otel`
    public_url: str | None = None
    oidc_issuer: str | None = None  # people log in through it; without, with keys and links alone
    oidc_client_id: str | None = None
    oidc_client_secret_file: Path | None = None
    master_key_file: Path | None = None
    law_dir: Path | None = None
    log_level: str = "INFO"
    rate: str = "6000/minute"  # of each party's requests, through all doors of a process; or off
    reconcile_seconds: float = Field(default=30.0, gt=0)
    watch_seconds: float = Field(default=3600.0, gt=0)  # between passes of the integrity watch
    tsa_url: str | None = None  # a time-stamping authority (RFC 3161); without, no time stamps
    tsa_roots: Path | None = None  # PEM: the certificates that its own must lead to
    tsa_seconds: float = Field(default=3600.0, gt=0)  # between two time stamps, at least
    webhook_allow_private: bool = False

    @field_validator(
        "database_url",
        "database_password_file",
        "nats_url",
        "nats_public_url",
        "nats_ca",
        "master_key_file",
        "http_port",
        "ops_port",
        "otlp_endpoint",
        "public_url",
        mode="before",
    )
    @classmethod
    def _unset(cls, value: object) -> object:
        """An empty variable is one that is not set: compose files have no other way to say so."""
        return None if value == "" else value

    @field_validator("nats_url")
    @classmethod
    def _one_word(cls, value: str | None) -> str | None:
        """Without the spaces that people put behind commas: credentials name it as one word."""
        return value and "".join(value.split())

    @property
    def plays(self) -> frozenset[Role]:
        """The roles of this process."""
        every = {Role.API, Role.RELAY, Role.PROJECTOR}
        return frozenset(every if self.role is Role.ALL else {self.role})

    @property
    def parts(self) -> tuple[int, int]:
        """Which part of the views, of how many; raises `Invalid` where that is no such thing."""
        first, _, count = self.part.partition("/")
        if first.isascii() and count.isascii() and first.isdigit() and count.isdigit():
            part, of = int(first), int(count)
            if 1 <= part <= of:
                return part, of
        raise Invalid(
            "this is no part of the views",
            field="--part",
            got=self.part,
            expected="K/N: part K of N, 1/1 for all of them",
        )

    def require_whole(self) -> None:
        """Raise `Invalid` where the settings contradict each other: better now than half-way."""
        part, of = self.parts
        missing = [
            name
            for name, value in (("DATABASE", self.database_url), ("NATS", self.nats_url))
            if value is None
        ]
        if self.role is not Role.ALL and missing:
            raise Invalid(
                f"the role {self.role.value} is one of several processes: they share their engines",
                field=f"VARSEL_{missing[0]}_URL",
                got="not set",
                expected="a PostgreSQL database and a NATS cluster, by VARSEL_…_URL",
                next_step="set both, or run --role all on the embedded engines",
            )
        if of > 1 and (self.role is not Role.PROJECTOR or part > of):
            raise Invalid(
                "only projectors share the views among them",
                field="--part",
                got=f"{self.part} with --role {self.role.value}",
                expected="--role projector, one for each part",
            )


class Served(Settings):
    """The settings as `varsel serve` has them: an HTTP door is open unless it is shut."""

    http_port: int | None = Field(default=8080, ge=0, le=65535)
