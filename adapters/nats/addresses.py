"""What a NATS URL means: one server or several, in the clear or over TLS that is verified.

`nats://HOST:PORT` is for loopback. `tls://HOST:PORT` speaks TLS from the first byte and verifies
the certificate; there is no switch to do without. A cluster's nodes are divided by commas.
"""

from __future__ import annotations

import logging
import ssl
from pathlib import Path
from typing import Any

from domain.errors import Invalid


def servers(url: str, ca: Path | None) -> tuple[list[str], dict[str, Any]]:
    """The servers named, and how nats-py is to speak to them."""
    urls = [one.strip() for one in url.split(",") if one.strip()]
    schemes = {one.partition("://")[0] for one in urls}
    if schemes not in ({"nats"}, {"tls"}) or (schemes == {"nats"} and ca is not None):
        raise Invalid(
            "this is no way to NATS",
            field="the NATS URL",
            got=url if ca is None else f"{url} and the authority {ca}",
            expected="nats://HOST:PORT, or tls://HOST:PORT for each server of a cluster",
            next_step="divide several by commas; with an authority every one begins with tls://",
        )
    if schemes == {"nats"}:
        return urls, {}
    # nats-py 2.16 takes the server's plain word for it that TLS is not needed, `tls://` or not:
    # whoever stands between could have the creds' signature sent in the clear. Hence at once.
    return urls, {"tls": _verifying(ca), "tls_handshake_first": True}


def _verifying(ca: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        raise Invalid(
            "the authority's certificate cannot be read",
            field="the NATS authority",
            got=f"{ca}: {error}",
            expected="a PEM file",
            next_step="name the file ca.pem that varsel setup wrote, or your own authority's",
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


class _Harmless(logging.Filter):
    """Keeps quiet what asyncio warns of whenever nats-py 2.16 closes a connection over TLS."""

    def filter(self, record: logging.LogRecord) -> bool:
        """See `logging.Filter`."""
        return "eof_received() has no effect when using ssl" not in record.getMessage()


logging.getLogger("asyncio").addFilter(_Harmless())
