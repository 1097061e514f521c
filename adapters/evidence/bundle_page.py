"""What people read first in a bundle: how to verify it, and what it says in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jinja2 import Environment, StrictUndefined

if TYPE_CHECKING:
    from adapters.evidence.bundle import Contents

README: Final = """\
An audit bundle of Varsel: one party's feed, or a part of it, with proofs.

To verify it you need Python 3.9 or newer and the package cryptography:

    python3 -m pip install cryptography
    python3 verify.py THIS-BUNDLE.zip --key VKEY

Take verify.py and the key (vkey) from somebody you trust, not from this zip: whoever forges a
bundle can put another program and another key into it. The copies in here show what they should
be. Any party of the platform can ask it for the key: varsel checkpoint prints it. Give each
checkpoint that you kept with --witness FILE: it shows whether this log is the one that you were
shown then.

What is in it

    manifest.json     who asked for what, when; every other file with its SHA-256
    manifest.note     the platform's signature over the manifest
    checkpoint.txt    the head of the platform's log: how many events, the hash over them, signed
    keys.txt          the public key that signed both
    events.jsonl      the events as stored, each with the proof that the log holds it; of which
                      command one came, and through whom, is shown to its writer alone (own)
    feed.jsonl        the party's feed, message by message, each with the hash of the one before;
                      of messages that were not asked for, the hash alone
    law/              the law that obligations were computed with; the log holds its fingerprint
    obligations.json  timeline.json  register.json  report.html: what follows from the events
    schemas/          how messages are built
    witnesses/        earlier checkpoints, where some were given; proofs are in the manifest
    texts.json        free text, where it was asked for

What is proven, if verify.py says ok

    The platform recorded these very bytes before the checkpoint was signed, in this order, and has
    changed nothing since. The feed has no gap from its first message to the one in the manifest:
    the platform signed that there was nothing else in it. The log begins with what every witness
    was signed for. The law is the one that the platform said it computes with.

What is not

    That what was said is true: it is what was said. When it happened is as its writer told it;
    when it was recorded is the platform's word, which cannot go back before an earlier checkpoint
    that somebody else kept.
    Obligations, timeline, register and report are what the platform computed and signed. With the
    events and the law they can be computed again, but not by verify.py.
    Free text is given on the platform's word. The log holds it sealed under a key that is not
    handed out, for it opens other texts as well; verify.py compares no more than its length. When
    a text is erased, the key is destroyed: the proofs go on holding, and the text is gone.
    Events of others are in none of these files; proofs have hashes in their place.
"""

_PAGE: Final = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<title>{{ party }}: audit bundle</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #999; padding: .3rem .6rem; text-align: left }
code { overflow-wrap: anywhere }
</style></head><body>
<h1>{{ party }}: what was recorded, and what followed from it</h1>
<p>As of {{ found.as_of }}; made at {{ found.made_at }} for {{ found.by }}
{%- if found.asked.incident %}; incident <code>{{ found.asked.incident }}</code>{% endif %}
{%- if found.asked.from %}; recorded from {{ found.asked.from }}{% endif %}
{%- if found.asked.until %}; recorded until {{ found.asked.until }}{% endif %}.
This page is a reading aid. The evidence is in the files beside it: see README.txt.</p>
<h2>Timeline</h2>
<table><thead><tr><th scope="col">recorded</th><th scope="col">what</th><th scope="col">by</th>
<th scope="col">event</th></tr></thead><tbody>
{%- for one in timeline %}
<tr><td>{{ one.recorded_at }}</td><td>{{ one.type }}</td><td>{{ one.by }}</td>
<td><code>{{ one.event }}</code></td></tr>
{%- endfor %}
</tbody></table>
<h2>Obligations</h2>
<table><thead><tr><th scope="col">duty</th><th scope="col">authority</th><th scope="col">status</th>
<th scope="col">due</th><th scope="col">met</th><th scope="col">rule</th></tr></thead><tbody>
{%- for one in obligations %}
<tr><td>{{ one.duty }}</td><td>{{ one.authority or "" }}</td><td>{{ one.status }}</td>
<td>{% for due in one.due %}{{ due.convention }}: {{ due.at }}<br>{% endfor %}</td>
<td>{{ one.met_at or "" }}</td><td>{{ one.citation or "" }} ({{ one.law_version or "" }})</td></tr>
{%- endfor %}
</tbody></table>
</body></html>
"""
_TEMPLATE = Environment(autoescape=True, undefined=StrictUndefined).from_string(_PAGE)


def html(found: Contents) -> str:
    """The report: plain, in one file, nothing loaded from anywhere."""
    return _TEMPLATE.render(
        found=found,
        party=found.asked["party"],
        timeline=found.computed["timeline.json"],
        obligations=found.computed["obligations.json"],
    )
