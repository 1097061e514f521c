"""Every way NATS can fail us, told in Varsel's own words; no error of a library leaks out.

Invalid
└── CredentialsUnreadable   the creds text or file is not one
Forbidden
└── CredentialsRefused      the server does not (or no longer) let these creds in
Refused
├── FolderInUse             another live process supervises this folder's server
├── ClusterUnsafe           what is acknowledged there could be lost
└── StreamDiffers           a FEED stream exists whose promises are weaker than ours
Unavailable
├── ServerFailed            nats-server is missing, does not start, or died
├── Disconnected            no server reached, or the connection is closed for good
├── Unanswered              nobody answered in time
│   └── NobodyTakes         nobody was there to ask
├── AccountRefused          the resolver did not take an account
├── JetStreamRefused        JetStream answered with an error (`err_code` says which)
├── FeedGap                 the stream counts a message that it cannot give
└── PublishFailed           a batch was not acknowledged in full
    ├── Fenced              somebody else wrote the stream first
    └── Unacknowledged      no acknowledgement came, of any kind
"""

from __future__ import annotations

from domain.errors import Forbidden, Invalid, Refused, Unavailable


class CredentialsUnreadable(Invalid):
    """The creds text or file holds no user JWT and seed."""


class CredentialsRefused(Forbidden):
    """The server does not, or no longer, let these creds in."""


class FolderInUse(Refused):
    """Another live process supervises the server of this folder."""


class ClusterUnsafe(Refused):
    """The cluster is set up so that what it acknowledges could be lost."""


class StreamDiffers(Refused):
    """A FEED stream exists whose promises are weaker than the ones Varsel makes."""


class ServerFailed(Unavailable):
    """nats-server is missing, does not start, or died."""


class Disconnected(Unavailable):
    """No server was reached, or the connection is closed for good."""


class Unanswered(Unavailable):
    """Nobody answered in time; whether the request was acted on is unknown."""


class NobodyTakes(Unanswered):
    """Nobody was there to ask: the request was acted on by no one."""


class AccountRefused(Unavailable):
    """The resolver did not take an account JWT."""


class JetStreamRefused(Unavailable):
    """JetStream answered with an error (`passing`: of the moment, as without a leader)."""

    def __init__(
        self, message: str, *, err_code: int, next_step: str | None = None, passing: bool = False
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.err_code = err_code
        self.passing = passing  # it may be otherwise in a moment


class FeedGap(Unavailable):
    """The stream counts a message that it cannot give."""

    def __init__(self, sequence: int) -> None:
        super().__init__(
            f"FEED counts message {sequence} but cannot give it",
            next_step="stop varsel serve, move DATA/nats away, start it: the feed is made anew",
        )
        self.sequence = sequence


class PublishFailed(Unavailable):
    """A batch was not acknowledged in full; the stream's last message says how far it came."""


class Fenced(PublishFailed):
    """The stream is not where the publisher believed: somebody else wrote it first."""


class Unacknowledged(PublishFailed):
    """No acknowledgement came in time; what was stored, the stream's last message says."""
