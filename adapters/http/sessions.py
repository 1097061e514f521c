"""Who is logged in at the console: sessions and login links, kept sealed in the vault.

A browser holds a random token; the vault knows its SHA-256 alone. A session ends when it is
logged out, when its time is up, or when a credential of its party was cut off after it began.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from adapters.store.vault import Vault

COOKIE = "varsel_session"
SESSION_LASTS = timedelta(hours=12)
LINK_LASTS = timedelta(minutes=10)


@dataclass(frozen=True)
class Session:
    """A party at the console; `user` is an opaque id of the person, where the way in told one."""

    party: str
    began: datetime
    ends: datetime
    user: str | None = None
    once: bool = True


class Sessions:
    """Begins, finds and ends sessions. `cut_off` tells when a party last lost a credential."""

    def __init__(
        self,
        vault: Vault,
        clock: Callable[[], datetime],
        cut_off: Callable[[str], datetime | None],
    ) -> None:
        self._vault = vault
        self._clock = clock
        self._cut_off = cut_off

    def link(self, party: str, lasts: timedelta = LINK_LASTS, *, once: bool = True) -> str:
        """A token that logs in as a party: once, unless it may be used again until its end."""
        return self._keep("login", Session(party, self._clock(), self._clock() + lasts, once=once))

    def enter(self, token: str) -> str | None:
        """A new session's token for a link's token, or None where that is not good any more."""
        link = self._find("login", token)
        if link is None:
            return None
        if link.once and not self._vault.destroy(_name("login", token)):
            return None  # somebody else was quicker
        return self.begin(link.party, link.user)

    def begin(self, party: str, user: str | None = None) -> str:
        """A new session's token."""
        now = self._clock()
        return self._keep("session", Session(party, now, now + SESSION_LASTS, user))

    def find(self, token: str) -> Session | None:
        """The session a token stands for, while it lasts."""
        return self._find("session", token)

    def end(self, token: str) -> None:
        """Log out."""
        self._vault.destroy(_name("session", token))

    def sweep(self) -> None:
        """Forget what is over."""
        for kind in ("login", "session"):
            for name in self._vault.names(f"{kind}/"):
                if self._read(name) is None:
                    self._vault.destroy(name)

    def _keep(self, kind: str, session: Session) -> str:
        token = secrets.token_urlsafe(32)
        said = {**asdict(session), "began": session.began.isoformat()}
        said["ends"] = session.ends.isoformat()
        self._vault.put(_name(kind, token), json.dumps(said).encode())
        return token

    def _find(self, kind: str, token: str) -> Session | None:
        return self._read(_name(kind, token))

    def _read(self, name: str) -> Session | None:
        kept = self._vault.get(name)
        if kept is None:
            return None
        said = json.loads(kept)
        began, ends = (datetime.fromisoformat(said[key]) for key in ("began", "ends"))
        session = Session(said["party"], began, ends, said["user"], said["once"])
        cut = self._cut_off(session.party)
        over = self._clock() >= ends or (cut is not None and cut >= began)
        return None if over else session


def cookie_name(url: str, name: str = COOKIE) -> str:
    """The cookie that holds a session; over TLS with a prefix that no other host can set."""
    return f"__Host-{name}" if url.startswith("https:") else name


def csrf_of(token: str) -> str:
    """What a form of this session carries to show that it came from our own page."""
    return hmac.new(token.encode(), b"varsel form", "sha256").hexdigest()


def _name(kind: str, token: str) -> str:
    return f"{kind}/{hashlib.sha256(token.encode()).hexdigest()}"
