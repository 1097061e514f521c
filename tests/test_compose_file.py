"""docker-compose.yml and its files: valid, whole, hardened, and in one word with the code."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import typer.main
import yaml
from jsonschema import (  # type: ignore[import-untyped]  # it ships none
    Draft7Validator,
    ValidationError,
)

from adapters.cli import app
from adapters.nats.certificates import Certificates
from adapters.roles import Role
from adapters.settings import Settings

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SCHEMA = json.loads((ROOT / "tests" / "vendored" / "compose-spec.json").read_text())
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
NATS_CONF = (ROOT / "docker" / "nats" / "nats.conf").read_text(encoding="utf-8")
OURS = "varsel:"
ONCE = {"prepare", "setup", "cli"}  # they end by themselves
HAS = {  # what images bring along that a health check may call
    "varsel": "python",
    "postgres": "pg_isready",
    "nats": "wget",
    "prom/prometheus": "wget",
    "grafana/grafana": "wget",
}


def image(service: str) -> tuple[str, str]:
    """Name and tag."""
    name, _, tag = SERVICES[service]["image"].partition(":")
    return name, tag


def ours() -> Iterator[str]:
    return (name for name, one in SERVICES.items() if one["image"].startswith(OURS))


def settings_of(service: str) -> dict[str, str]:
    found: dict[str, str] = SERVICES[service].get("environment", {})
    return found


def volumes(service: str) -> Iterator[tuple[str, str]]:
    """Where from, where to."""
    for one in SERVICES[service].get("volumes", []):
        source, target, *_ = one.split(":")
        yield source, target


# --- the file itself ---


def test_it_is_what_the_compose_specification_says() -> None:
    Draft7Validator(SCHEMA).validate(COMPOSE)


def test_a_file_with_a_word_misspelt_would_not_be() -> None:
    wrong = {**COMPOSE, "services": {"api": {**SERVICES["api"], "read-only": True}}}
    with pytest.raises(ValidationError):
        Draft7Validator(SCHEMA).validate(wrong)


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_names_is_there(service: str) -> None:
    one = SERVICES[service]
    assert set(one.get("depends_on", {})) <= set(SERVICES)
    assert set(one.get("networks", [])) <= set(COMPOSE["networks"])
    assert set(one.get("secrets", [])) <= set(COMPOSE["secrets"])
    for source, _ in volumes(service):
        if source.startswith("."):
            assert (ROOT / source).exists(), source
        else:
            assert source in COMPOSE["volumes"]


def test_no_volume_and_no_secret_is_there_for_nobody() -> None:
    used = {source for name in SERVICES for source, _ in volumes(name)}
    assert set(COMPOSE["volumes"]) <= used
    assert set(COMPOSE["secrets"]) == {
        s for one in SERVICES.values() for s in one.get("secrets", [])
    }


# --- hardened ---


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_can_do_what_it_must_and_no_more(service: str) -> None:
    one = SERVICES[service]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert not one.get("privileged")
    limits = one["deploy"]["resources"]["limits"]
    assert {"cpus", "memory", "pids"} == set(limits)
    assert image(service)[1] not in {"", "latest"}
    root = one.get("user") in {None, "0", "0:0", "root"} and image(service)[0] != "grafana/grafana"
    assert root == (service == "prepare")


def test_only_the_one_that_hands_out_new_volumes_has_a_capability() -> None:
    assert {name: one["cap_add"] for name, one in SERVICES.items() if "cap_add" in one} == {
        "prepare": ["CHOWN"]
    }
    assert SERVICES["prepare"]["network_mode"] == "none"


def test_the_database_is_reached_from_inside_alone() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "projector", "prometheus"):
        assert SERVICES[name]["networks"] == ["inside"]
        assert "ports" not in SERVICES[name]


def test_the_operator_s_door_is_published_nowhere() -> None:
    assert Settings().ops_host == "127.0.0.1", "unless it is told otherwise"
    for role in ("api", "relay", "projector"):
        said = SERVICES[role]["command"]
        port = said[said.index("--ops") + 1].rpartition(":")[2]
        assert "inside" in SERVICES[role]["networks"]
        assert [p for p in SERVICES[role].get("ports", []) if p.endswith(f":{port}")] == []


def test_what_is_not_encrypted_is_published_on_this_host_alone() -> None:
    published = [
        p
        for name in SERVICES
        if not name.startswith("nats")
        for p in SERVICES[name].get("ports", [])
    ]
    assert published
    assert [one for one in published if not one.startswith("127.0.0.1:")] == []


# --- alive ---


@pytest.mark.parametrize("service", sorted(set(SERVICES) - ONCE))
def test_a_service_that_stays_has_a_health_check_that_its_image_can_run(service: str) -> None:
    check = SERVICES[service]["healthcheck"]
    word, program, *_ = check["test"]
    assert word == "CMD"
    assert program == HAS[image(service)[0]]
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)
    assert "stop_grace_period" in SERVICES[service] or service == "grafana"


def test_engines_are_set_up_before_anything_starts_on_them() -> None:
    done = {"condition": "service_completed_successfully"}
    for name in ("nats-1", "nats-2", "nats-3", "api", "relay", "projector"):
        assert SERVICES[name]["depends_on"]["setup"] == done
    assert SERVICES["setup"]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    assert SERVICES["postgres"]["depends_on"]["prepare"] == done


# --- room ---


def size(said: str) -> int:
    """Bytes, as compose counts them."""
    return int(said[:-1]) << {"k": 10, "m": 20, "g": 30}[said[-1]]


def scratch(service: str) -> int:
    """What its folders in memory may take of its limit."""
    said = (re.search(r"size=(\w+)", one) for one in SERVICES[service].get("tmpfs", []))
    return sum(size(found.group(1)) for found in said if found)


def limit(service: str) -> int:
    return size(SERVICES[service]["deploy"]["resources"]["limits"]["memory"])


@pytest.mark.parametrize("role", ["api", "relay", "projector"])
def test_a_role_has_the_memory_that_the_largest_report_was_measured_to_take(role: str) -> None:
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    peak = re.search(r"^\| `peak_mb` \| (\d+) \|", page, re.MULTILINE)
    assert peak
    assert limit(role) > int(peak.group(1)) * 1024**2 + scratch(role)


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_writes_to_memory_leaves_it_some_to_run_in(service: str) -> None:
    assert scratch(service) <= limit(service) / 2


# --- the database's own role ---


def test_the_database_s_superuser_is_not_what_varsel_is() -> None:
    said = settings_of("postgres")
    assert urlsplit(settings_of("api")["VARSEL_DATABASE_URL"]).username == "varsel"
    assert said["POSTGRES_USER"] == "postgres"
    users = {
        name for name, one in SERVICES.items() if "superuser_password" in one.get("secrets", [])
    }
    assert users == {"postgres"}
    assert said["POSTGRES_PASSWORD_FILE"] == "/run/secrets/superuser_password"
    assert ("./docker/postgres/init.sql", "/docker-entrypoint-initdb.d/init.sql") in set(
        volumes("postgres")
    )


# --- in one word with the code ---


@pytest.mark.parametrize("service", sorted(ours()))
def test_every_setting_is_one_that_varsel_reads(service: str) -> None:
    known = {f"VARSEL_{name.upper()}" for name in Settings.model_fields} | of_options()
    assert set(settings_of(service)) <= known
    assert {"VARSEL_DATABASE_URL", "VARSEL_NATS_URL"} <= set(settings_of(service))


@pytest.mark.parametrize("service", sorted(ours()))
def test_every_file_that_a_setting_names_is_mounted(service: str) -> None:
    mounted = {f"/run/secrets/{name}" for name in SERVICES[service]["secrets"]}
    folders = [target for _, target in volumes(service)]
    for name, value in settings_of(service).items():
        if not name.endswith(("_FILE", "_CA")):
            continue
        assert value in mounted or any(value.startswith(f"{one}/") for one in folders), name


def test_settings_are_read_as_they_stand_here(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings_of("api").items():
        monkeypatch.setenv(name, "" if value.startswith("${") else value)
    read = Settings()
    assert read.nats_url is not None
    assert read.nats_url.count("tls://") == 3
    assert read.nats_replicas == 3
    assert read.otlp_endpoint is None


def of_options() -> set[str]:
    """What the command line's own options read from the environment."""
    return {str(one.envvar) for name in ("doctor", "serve") for one in command(name).params}


def command(name: str) -> Any:
    """A command of the console script."""
    listed: Any = typer.main.get_group(app).commands[name]
    return listed.load()


@pytest.mark.parametrize("role", ["api", "relay", "projector"])
def test_each_role_is_served_with_options_that_there_are(role: str) -> None:
    said = SERVICES[role]["command"]
    assert said[0] == "serve"
    known = {option for one in command("serve").params for option in one.opts}
    assert {word for word in said if word.startswith("--")} <= known
    assert Role(said[said.index("--role") + 1]).value == role
    assert SERVICES[role]["deploy"]["replicas"] >= 2


def test_setup_says_commands_that_there_are() -> None:
    [said] = SERVICES["setup"]["command"]
    for one in said.split("&&"):
        _, name, *words = one.split()
        known = {option for param in command(name).params for option in param.opts}
        assert {word for word in words if word.startswith("--")} <= known, name


@pytest.mark.parametrize("node", ["nats-1", "nats-2", "nats-3"])
def test_a_node_is_told_all_that_its_configuration_asks_for(node: str) -> None:
    settings = "\n".join(line.partition("#")[0] for line in NATS_CONF.splitlines())
    asked = set(re.findall(r"\$([A-Z_]+)", settings))
    assert set(settings_of(node)) == asked
    said = settings_of(node)
    assert said["NATS_NAME"] == node
    assert said["NATS_CLUSTER_ADVERTISE"] in said["NATS_ROUTES"]
    mounted = {to for _, to in volumes(node)}
    for name in ("NATS_CERT", "NATS_KEY", "NATS_CA"):
        assert said[name].rpartition("/")[0] in mounted


def mounts(volume: str) -> dict[str, str]:
    """Who mounts a volume, and how."""
    return {
        name: "ro" if line.endswith(":ro") else "rw"
        for name, one in SERVICES.items()
        for line in one.get("volumes", [])
        if line.partition(":")[0] == volume
    }


def test_a_node_s_key_is_seen_by_that_node_and_the_authority_s_by_setup_alone() -> None:
    makers = {"prepare": "rw", "setup": "rw"}
    assert mounts("authority") == makers
    for node in ("nats-1", "nats-2", "nats-3"):
        own = [source for source, to in volumes(node) if to == "/etc/nats/own"]
        assert own == [f"key-{node[-1]}"]
        assert mounts(own[0]) == {**makers, node: "ro"}


def test_what_is_for_everybody_is_written_by_setup_alone() -> None:
    assert {name for name, how in mounts("trust").items() if how == "rw"} == {"prepare", "setup"}
    assert {"api", "relay", "projector", "cli", "nats-1"} <= set(mounts("trust"))


def test_setup_finds_each_volume_where_it_writes_what_is_for_it() -> None:
    at = {to: source for source, to in volumes("setup")}
    [said] = SERVICES["setup"]["command"]
    words = said.split()
    out = Path(words[words.index("--out") + 1])
    made = Certificates(out)
    assert at[str(made.ca.parent)] == "trust"
    assert at[str(made.ca_key.parent)] == "authority"
    for number, node in enumerate(words[words.index("--tls") + 1].split(","), 1):
        assert at[str(made.of(node)[0].parent)] == f"key-{number}"
        files = {Path(settings_of(node)[name]).name for name in ("NATS_CERT", "NATS_KEY")}
        assert files == {path.name for path in made.of(node)}


def test_no_two_nodes_are_in_one_failure_domain_or_on_one_volume() -> None:
    nodes = ["nats-1", "nats-2", "nats-3"]
    assert len({settings_of(node)["NATS_TAG"] for node in nodes}) == 3
    assert len({source for node in nodes for source, to in volumes(node) if to == "/data"}) == 3


def test_prometheus_asks_each_role_at_its_operator_s_door() -> None:
    told = yaml.safe_load((ROOT / "docker/prometheus/prometheus.yml").read_text())
    [job] = [one for one in told["scrape_configs"] if one["job_name"] == "varsel"]
    [found] = job["dns_sd_configs"]
    assert set(found["names"]) == {role.value for role in Role} - {"all"}
    for role in found["names"]:
        said = SERVICES[role]["command"]
        assert said[said.index("--ops") + 1] == f"0.0.0.0:{found['port']}"
        assert f":{found['port']}/healthz" in " ".join(SERVICES[role]["healthcheck"]["test"])
        assert set(SERVICES[role]["networks"]) & set(SERVICES["prometheus"]["networks"])


# --- the image ---


def test_the_image_is_built_from_hashes_runs_as_nobody_in_particular_and_names_no_registry() -> (
    None
):
    assert "--require-hashes" in DOCKERFILE
    assert "://" not in DOCKERFILE
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert "USER 10001:10001" in last
    assert "pip install" not in last
    assert SERVICES["api"]["user"] == "10001:10001"


def test_all_that_the_image_copies_is_there_and_reaches_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    copied = {
        word
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
        for word in line.split()[:-1]
    }
    assert copied == let_in
    assert [name for name in copied if not (ROOT / name).exists()] == []


# --- secrets ---


@pytest.fixture
def maker() -> Iterator[Path]:
    """The script in a folder of its own, where others can start it, too."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(shutil.copy(ROOT / "docker" / "make-secrets", folder))


def made(maker: Path, *, as_root: bool) -> subprocess.CompletedProcess[str]:
    """The script, run as root (as far as we are) or as somebody else."""
    who = "nobody" if os.geteuid() == 0 and not as_root else None
    return subprocess.run([maker], check=False, capture_output=True, text=True, user=who)


def test_secrets_are_made_once_and_private(maker: Path) -> None:
    said = made(maker, as_root=True)
    folder = maker.parent / "secrets"
    if os.geteuid() != 0:  # then it refuses, and has made no secret that others could read
        assert "as root" in said.stderr
        assert not folder.exists()
        return
    files = {ROOT.joinpath(one["file"]).name for one in COMPOSE["secrets"].values()}
    assert {path.name for path in folder.iterdir()} == files
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    key = folder / "master.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o400
    assert (key.stat().st_uid, key.stat().st_gid) == (10001, 10001)
    assert len(bytes.fromhex(key.read_text())) == 32
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert len(set(before.values())) == len(before)
    assert made(maker, as_root=True).returncode == 0
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_whoever_cannot_give_the_key_to_its_user_is_refused(maker: Path) -> None:
    said = made(maker, as_root=False)
    assert said.returncode == 1
    assert "as root" in said.stderr
    assert not (maker.parent / "secrets").exists()
