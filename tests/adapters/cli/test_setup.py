"""varsel setup makes what a NATS cluster needs before it starts: once, and nothing twice."""

from __future__ import annotations

import asyncio
import os
import ssl
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography import x509

from adapters.composition.preparing import Wanted, prepare
from adapters.nats.certificates import Certificates
from adapters.nats.credentials import Credentials
from adapters.nats.trust import Trust
from adapters.nats.trust_conf import write_trust_conf
from adapters.settings import Settings
from domain.errors import Refused
from tests import cluster as clusters
from tests import postgres
from tests.adapters.cli.lab import script
from tests.adapters.nats.lab import now

TLS = ("--tls", "nats-1, nats-2,nats-3", "--tls-also", "nats.example,127.0.0.1")
NAMES = clusters.NAMES
PUBLIC = ["trust/ca.pem", "trust/trust.conf", *(f"nodes/{name}/node.pem" for name in NAMES)]
PRIVATE = ["authority/ca.key", *(f"nodes/{name}/node.key" for name in NAMES)]


def setup(out: Path, data: Path, *more: str) -> list[str]:
    """The files that it says it made."""
    ran = script("setup", "--out", out, "--data", data, *more, "--json")
    made: list[str] = ran.json()["made"]
    return made


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_was_made_is_left_as_it_is_and_made_anew_where_it_went(tmp_path: Path) -> None:
    out, creds = tmp_path / "out", tmp_path / "creds" / "operator.creds"
    words = (*TLS, "--operator-creds", str(creds))
    made = setup(out, tmp_path / "data", *words)
    assert sorted(made) == sorted([*(str(out / one) for one in (*PUBLIC, *PRIVATE)), str(creds)])
    before, known = content(out), creds.read_bytes()
    assert setup(out, tmp_path / "data", *words) == []
    (out / "nodes/nats-2/node.pem").unlink()
    again = setup(out, tmp_path / "data", *words)
    anew = ["nodes/nats-2/node.pem", "nodes/nats-2/node.key"]
    assert again == [str(out / one) for one in anew]
    after = content(out)
    assert {name for name in after if after[name] != before[name]} == set(anew)
    assert creds.read_bytes() == known


def test_only_what_is_public_is_for_everybodys_eyes(tmp_path: Path) -> None:
    creds = tmp_path / "operator.creds"
    wanted = Wanted(tmp_path / "out", NAMES, operator_creds=creds)
    asyncio.run(prepare(Settings(data=tmp_path / "data"), wanted, now))
    out = tmp_path / "out"
    conf = (out / "trust" / "trust.conf").read_text()
    assert not any(word.startswith(("SO", "SA", "SU")) for word in conf.split())
    modes = {name: stat.S_IMODE((out / name).stat().st_mode) for name in content(out)}
    assert modes == dict.fromkeys(PUBLIC, 0o644) | dict.fromkeys(PRIVATE, 0o600)
    assert stat.S_IMODE(creds.stat().st_mode) == 0o600
    folders = ["authority", *(f"nodes/{name}" for name in NAMES)]
    assert {stat.S_IMODE((out / one).stat().st_mode) for one in folders} == {0o700}


def test_nodes_start_with_what_was_made(tmp_path: Path) -> None:
    asyncio.run(prepare(Settings(data=tmp_path / "data"), Wanted(tmp_path, NAMES), now))
    made = Certificates(tmp_path)
    cluster = clusters.Cluster(tmp_path / "cluster")
    (tmp_path / "nats.conf").symlink_to(clusters.CONF)
    for node in cluster.nodes:
        certificate, key = made.of(node.name)
        ours = {
            "NATS_CERT": str(certificate),
            "NATS_KEY": str(key),
            "NATS_CA": str(made.ca),
        }
        tried = subprocess.run(
            node.command("-t"),
            cwd=tmp_path,
            env={**os.environ, **node.variables, **ours},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "is valid" in tried.stderr, tried.stderr


def test_every_process_on_one_database_finds_the_same_trust(tmp_path: Path) -> None:
    key, creds = tmp_path / "master.key", tmp_path / "operator.creds"
    key.write_text("ab" * 32 + "\n")
    key.chmod(0o600)
    url = postgres.database()

    def prepared(name: str) -> list[Path]:
        settings = Settings(
            data=tmp_path / name,
            database_url=url,
            master_key_file=key,
            nats_url="tls://nats-1:4222,tls://nats-2:4222",
        )
        wanted = Wanted(tmp_path / "out", operator_creds=creds)
        return asyncio.run(prepare(settings, wanted, now))

    assert prepared("one") == [tmp_path / "out" / "trust" / "trust.conf", creds]
    assert prepared("two") == []
    text = creds.read_text()
    assert "varsel-url: tls://nats-1:4222,tls://nats-2:4222" in text
    assert Credentials.parse(text).name == "operator"


def test_the_trust_of_another_platform_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "trust.conf"
    assert write_trust_conf(path, Trust.new(), now())
    before = path.read_bytes()
    with pytest.raises(Refused, match="another platform"):
        write_trust_conf(path, Trust.new(), now())
    assert path.read_bytes() == before


def test_certificates_name_their_node_and_what_all_share(tmp_path: Path) -> None:
    made = Certificates(tmp_path)
    made.make(["nats-1", "nats-2"], ["nats.example", "127.0.0.1"], now())
    certificate = x509.load_pem_x509_certificate(made.of("nats-2")[0].read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["nats-2", "nats.example"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    context = ssl.create_default_context(cafile=made.ca)
    context.load_cert_chain(*made.of("nats-2"))


def test_without_its_key_the_authority_signs_nothing(tmp_path: Path) -> None:
    made = Certificates(tmp_path)
    made.make(["nats-1"], [], now())
    made.ca_key.rename(tmp_path / "elsewhere.key")
    assert made.make(["nats-1"], [], now()) == []
    with pytest.raises(Refused, match="its key is not here"):
        made.make(["nats-1", "nats-2"], [], now())
    assert not made.of("nats-2")[0].exists()
