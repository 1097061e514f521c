"""An authority of the platform's own, and a certificate for each NATS node: a convenience.

Three folders, for three kinds of readers: `trust` is for everybody, `nodes/NAME` for that node,
`authority` for `varsel setup` alone.

Whoever runs a PKI puts its files there instead. What is there already is never replaced: to renew
a certificate, take its file away and run `varsel setup` again.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from adapters.nats.files import write_whole
from domain.errors import Refused

AUTHORITY_LASTS: Final = timedelta(days=3650)
NODE_LASTS: Final = timedelta(days=825)
TRUST: Final = "trust"  # the folder that everybody may read
_SKEW: Final = timedelta(minutes=5)  # between this clock and a node's


@dataclass(frozen=True)
class Certificates:
    """The files of an authority and of its nodes, below one folder."""

    folder: Path

    @property
    def ca(self) -> Path:
        """What nodes and clients verify against."""
        return self.folder / TRUST / "ca.pem"

    @property
    def ca_key(self) -> Path:
        """Signs further certificates: best kept elsewhere between two runs."""
        return self.folder / "authority" / "ca.key"

    def of(self, node: str) -> tuple[Path, Path]:
        """A node's certificate and its key: named alike for each, in a folder that only it sees."""
        own = self.folder / "nodes" / node
        return own / "node.pem", own / "node.key"

    def make(self, nodes: Sequence[str], also: Sequence[str], now: datetime) -> list[Path]:
        """Make what is missing; the files made.

        Each node's certificate holds its own name and those in `also`, which all share: the name
        by which clients reach any of them, or an IP address.
        """
        missing = [node for node in nodes if not self.of(node)[0].exists()]
        if not missing:
            return []
        made, (ca, key) = self._authority(now)
        for node in missing:
            certificate, private = _node(node, also, ca, key, now)
            path, key_path = self.of(node)
            _folder(path.parent, 0o700)
            write_whole(key_path, private, 0o600)
            write_whole(path, certificate, 0o644)
            made += [path, key_path]
        return made

    def _authority(
        self, now: datetime
    ) -> tuple[list[Path], tuple[x509.Certificate, ec.EllipticCurvePrivateKey]]:
        """The authority, made where there is none, and the files made for it."""
        if not self.ca.exists():
            certificate, key = _root(now)
            _folder(self.ca.parent, 0o755)
            _folder(self.ca_key.parent, 0o700)
            write_whole(self.ca_key, _pem(key), 0o600)
            write_whole(self.ca, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
            return [self.ca, self.ca_key], (certificate, key)
        if not self.ca_key.exists():
            raise Refused(
                "the authority cannot sign: its key is not here",
                got=f"{self.ca} without {self.ca_key}",
                next_step="put its key back for now, or the missing certificates to where they"
                f" belong, {self.of('NODE')[0]}",
            )
        found = serialization.load_pem_private_key(self.ca_key.read_bytes(), None)
        if not isinstance(found, ec.EllipticCurvePrivateKey):
            raise Refused(f"{self.ca_key} is no key that varsel setup made")
        return [], (x509.load_pem_x509_certificate(self.ca.read_bytes()), found)


def _folder(path: Path, mode: int) -> None:
    """One that is there stays as it is: it may be a volume that somebody has set up."""
    path.mkdir(mode=mode, parents=True, exist_ok=True)


def _root(now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key, name = ec.generate_private_key(ec.SECP256R1()), _name("Varsel NATS authority")
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    built = (
        _certificate(name, name, key.public_key(), now, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return built.sign(key, hashes.SHA256()), key


def _node(
    node: str,
    also: Sequence[str],
    ca: x509.Certificate,
    ca_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([_known_as(one) for one in dict.fromkeys([node, *also])])
    # A node is the server of some connections to other nodes, and the client of others.
    both = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    built = (
        _certificate(_name(node), ca.subject, key.public_key(), now, NODE_LASTS)
        .add_extension(names, critical=False)
        .add_extension(both, critical=False)
        .add_extension(issuer, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    certificate = built.sign(ca_key, hashes.SHA256())
    return certificate.public_bytes(serialization.Encoding.PEM), _pem(key)


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + lasts)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _known_as(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
