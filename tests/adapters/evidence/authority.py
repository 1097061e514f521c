"""A time-stamping authority for one test: the system's OpenSSL behind a small HTTP server."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)
OK, BROKEN = 200, 500
CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
default_policy = 1.2.3.4.1
digests = {digests}
signer_digest = sha256
ess_cert_id_alg = sha256
"""
Answer = Callable[[bytes], tuple[int, bytes]]


@dataclass
class Authority:
    """Its root certificate lies in `roots`; `reply` makes an answer to a query, both in DER."""

    folder: Path
    root: x509.Certificate
    roots: Path

    def reply(self, query: bytes, digests: str = "sha256, sha512") -> bytes:
        (self.folder / "query").write_bytes(query)
        (self.folder / "config").write_text(CONFIG.format(folder=self.folder, digests=digests))
        self._openssl(
            "-reply -config config -section one -signer tsa.pem -inkey tsa.key "
            "-queryfile query -out reply"
        )
        return (self.folder / "reply").read_bytes()

    def another_query(self, query: bytes, digest: bytes) -> bytes:
        """A query over the same hash, with a number of its own."""
        assert digest in query
        self._openssl(f"-query -digest {digest.hex()} -sha256 -cert -out other")
        return (self.folder / "other").read_bytes()

    def vouches_for(self, token: bytes, text: bytes) -> bool:
        """Whether OpenSSL finds that a token holds, by the command that we tell people."""
        (self.folder / "token.der").write_bytes(token)
        (self.folder / "text").write_bytes(text)
        said = self._openssl(f"-verify -in token.der -token_in -data text -CAfile {self.roots}", 1)
        return "Verification: OK" in said

    def _openssl(self, arguments: str, allowed: int = 0) -> str:
        """What `openssl ts` prints; it may end with 0 or the code allowed."""
        done = subprocess.run(
            ["openssl", "ts", *arguments.split()],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert done.returncode in {0, allowed}, done.stderr
        return done.stdout + done.stderr


def authority(folder: Path) -> Authority:
    """A new one, with a root, and a certificate for time stamps under it."""
    folder.mkdir()
    above, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("a test's root", above, "a test's root", above, ca=True)
    mine = _certificate("a test's TSA", own, "a test's root", above, ca=False)
    pem = serialization.Encoding.PEM
    (folder / "roots.pem").write_bytes(root.public_bytes(pem))
    (folder / "tsa.pem").write_bytes(mine.public_bytes(pem))
    (folder / "tsa.key").write_bytes(
        own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "serial").write_text("01\n")
    return Authority(folder, root, folder / "roots.pem")


@dataclass
class Desk:
    """Where an authority is asked: `answer` may be changed at any time, `asked` is what came."""

    url: str
    answer: Answer
    asked: list[bytes] = field(default_factory=list)


@contextmanager
def serving(answer: Answer) -> Generator[Desk]:
    """An HTTP server that gives the answers of `answer`: status and body."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["content-length"]))
            desk.asked.append(query)
            status, body = desk.answer(query)
            try:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.send_header("location", f"{desk.url}/elsewhere")
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                return  # nobody waits for it any more

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    desk = Desk(f"http://127.0.0.1:{server.server_port}", answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield desk
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def slowly(_: bytes) -> tuple[int, bytes]:
    """An answer that comes when nobody waits any more."""
    time.sleep(1.0)
    return OK, b""


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    above: ec.EllipticCurvePrivateKey,
    *,
    ca: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if not ca:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        made = made.add_extension(purpose, critical=True)
    return made.sign(above, hashes.SHA256())


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
