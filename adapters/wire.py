"""What goes over the wire: CloudEvents 1.0 in structured JSON, the same bytes at every door."""

from __future__ import annotations

from json.encoder import encode_basestring  # a text in quotes, letters as themselves
from typing import Final, NamedTuple

from adapters.canonical import canonical
from domain.envelope import Recorded
from projections import describe
from projections.feed_index import Place
from projections.last import Last

CONTENT_TYPE = "application/cloudevents+json"
_TYPE: Final = b'},"datacontenttype":"application/json",'
_said: Final = Last(canonical)


def render(recorded: Recorded, place: Place) -> bytes:
    """A feed message's body: a pure function of the event and its place in the feed.

    Canonical JSON: sorted keys, no spaces, letters as themselves. `feed` names the party whose feed
    it is; `sequence` is the CloudEvents extension of that name (text, gapless in each feed);
    `previoushash` is the SHA-256 of the feed's message before it, so that a lost or altered one
    shows.
    """
    cut: _Cut | None = recorded.notes.get(__name__)
    if cut is None:
        cut = recorded.notes[__name__] = _cut(recorded)
    owner = cut.owner or f"parties/{place.feed}"
    here = (
        f'"feed":{encode_basestring(place.feed)},"id":"{place.message}",'
        f'"previoushash":"{place.previous}","sequence":"{place.sequence}",'
        f'"source":"urn:varsel:{owner}",'
    )
    return b"".join((cut.before, here.encode(), cut.behind))


class _Cut(NamedTuple):
    """The body where the feed's part is cut out: the same for everybody who may see the event.

    Of a vendor's incident the vendor is the `owner`; of what is about nobody's, the feed's party.
    """

    before: bytes
    behind: bytes
    owner: str | None


def _cut(recorded: Recorded) -> _Cut:
    envelope = recorded.envelope
    about = envelope.about
    data = {
        "event": recorded.id_text,
        "type": describe.kind(recorded),
        "by": envelope.party,
        "source": describe.source(recorded),
        "happened": recorded.happened_text,
        "corrects": str(envelope.corrects) if envelope.corrects else None,
        "incident": recorded.incident_text,
        "texts": describe.texts(recorded),
    }
    said = _said.of(describe.data(recorded))  # under "with", which sorts last
    before = (b'{"data":', canonical(data)[:-1], b',"with":', said, _TYPE)
    behind = {
        "specversion": "1.0",
        **({"subject": recorded.incident_text} if about.incident else {}),
        "time": recorded.recorded_text,
        "type": f"{recorded.kind.TOPIC}.v{recorded.kind.VERSION}",
    }
    owner = f"vendors/{about.vendor}" if about.vendor else None
    return _Cut(b"".join(before), canonical(behind)[1:], owner)
