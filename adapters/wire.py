"""What goes over the wire: CloudEvents 1.0 in structured JSON, the same bytes at every door."""

from __future__ import annotations

from json.encoder import encode_basestring  # a text in quotes, letters as themselves
from typing import Final, NamedTuple
from uuid import UUID

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
    envelope, incident = recorded.envelope, _quoted(recorded.incident_text)
    texts = ",".join(map(encode_basestring, describe.texts(recorded)))
    data = (
        f'{{"data":{{"by":{_quoted(envelope.party)},"corrects":{_quoted(envelope.corrects)},'
        f'"event":"{recorded.id_text}","happened":{_happened(recorded)},"incident":{incident},'
        f'"source":"{describe.source(recorded)}","texts":[{texts}],'
        f'"type":"{describe.kind(recorded)}","with":'
    )
    subject = f'"subject":{incident},' if recorded.incident_text else ""
    behind = (
        f'"specversion":"1.0",{subject}"time":"{recorded.recorded_text}",'
        f'"type":"{recorded.kind.TOPIC}.v{recorded.kind.VERSION}"}}'
    )
    said = _said.of(describe.data(recorded))
    vendor = envelope.about.vendor
    owner = f"vendors/{vendor}" if vendor else None
    return _Cut(b"".join((data.encode(), said, _TYPE)), behind.encode(), owner)


def _quoted(name: str | UUID | None) -> str:
    """An id, which has no letter that JSON would escape."""
    return "null" if name is None else f'"{name}"'


def _happened(recorded: Recorded) -> str:
    if recorded.envelope.happened is None:
        return f'"{recorded.recorded_text}"'
    return canonical(recorded.happened_text).decode()
