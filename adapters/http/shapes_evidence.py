"""What the transparency log answers, as models; see `shapes.py`."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime, Field

from adapters.http.shapes import Shape

_HASH = "base64 of a SHA-256"


class Timestamp(Shape):
    """The newest time stamp of a checkpoint: RFC 3161, over its signed text's SHA-256."""

    checkpoint: str = Field(description="What was time-stamped; often an older one.")
    size: int = Field(description="How many events that covers.")
    at: AwareDatetime = Field(description="The time-stamping authority's time.")
    token: str = Field(description="Base64 of the TimeStampToken, DER.")


class Signed(Shape):
    """The newest checkpoint, a C2SP signed note, and the key to check it with."""

    checkpoint: str = Field(examples=["varsel/3f2a9c0d1e5b7788\n7\n…\n\n— varsel/… …\n"])
    size: int = Field(description="How many events it covers.")
    recorded_at: AwareDatetime | None = Field(description="When the last of them was recorded.")
    key: str = Field(description="The verifier key.", examples=["varsel/3f2a…+d1176e36+AXwh…"])


class Checkpoint(Signed):
    """The same, and the newest time stamp, where the platform has its checkpoints time-stamped."""

    timestamp: Timestamp | None


class Consistency(Signed):
    """The proof that the newest checkpoint's log begins with the one of `old` events."""

    old: int
    proof: tuple[str, ...] = Field(description=f"RFC 9162 section 2.1.4, each {_HASH}.")


class Inclusion(Signed):
    """The proof that an event stands under the newest checkpoint."""

    event: UUID
    position: int
    index: int = Field(description="Its place in the tree, from 0, without gaps.")
    leaf: str = Field(description=f"Its leaf's hash, {_HASH}.")
    proof: tuple[str, ...] = Field(description=f"RFC 9162 section 2.1.3, each {_HASH}.")
