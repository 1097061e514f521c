"""Templates: for each verb a commented YAML that is accepted as it stands, once filled in."""

from __future__ import annotations

import textwrap
from typing import Any

import yaml

from domain.commands import VERBS, Command
from domain.errors import Invalid
from domain.law.terms import ENTITY_KINDS, FACTS
from domain.words import CLAIM_TOPICS, DATA_KINDS, near

WIDTH = 95
HOW = "# Optional fields begin with a hash: take it away to let one in."
WHEN = (
    "an instant with its zone (2026-03-01T09:30+01:00), a date (2026-03-01, 2026-03, 2026), "
    "{from: …, to: …}, {before: …}, {after: …} or unknown"
)
COUNT = "1200, {about: 1200}, {between: [1000, 2000]} or unknown"
CLAIM: dict[str, Any] = {
    "id": "c1",
    "about": "misuse",
    "holds": "no_sign",
    "source": "expert",
    "provisional": "yes",
}
PEOPLE: dict[str, Any] = {
    "group": "customers",
    "role": "exposed",
    "count": {"about": "1200"},
    "data": {"present": ["name", "email"], "absent": ["payment_card"], "complete": "no"},
}

# field: (an example, what it means)
FIELDS: dict[str, tuple[Any, str]] = {
    "incident": ("my-incident-2026", "the incident's name; clients may also give its id"),
    "title": ("A short name for people", "free text, sealed"),
    "happened": ({"from": "2026-02-20", "to": "2026-02-27"}, f"when it happened: {WHEN}"),
    "data_period": ({"from": "2019", "to": "2025-09"}, "from when the data are"),
    "discovered_by": ("outsider", "vendor, client, expert, outsider, data_subject, press …"),
    "aware": (
        {"stage": "aware", "when": "2026-02-28T09:00+01:00", "how": "own monitoring"},
        "how far you know: signal, aware or should_have_known, since when, and how",
    ),
    "nature": (["confidentiality"], "confidentiality, integrity, availability"),
    "systems": (
        [{"name": "order archive", "owner": "us", "affected": "yes"}],
        "which systems; affected: yes, no or unknown",
    ),
    "people": ([PEOPLE], f"who is touched, role exposed or wrong_recipient; count: {COUNT}"),
    "totals": (
        [{"count": {"about": "1500"}, "of": ["exposed", "wrong_recipient"], "overlap": "unknown"}],
        "a number over several roles, and how many are counted in more than one",
    ),
    "claims": ([CLAIM], "what is said to be so; holds: yes, no, no_sign, possible or unknown"),
    "text": ("What happened, in your own words.", "free text, sealed; no names of persons"),
    "answers": ("their-concern", "a client's concern that this report answers"),
    "upstream": (
        {"link": "upstream", "incident": "6f1d0c0e-2f5c-5d0b-9a4e-7c7a5b9d3f10"},
        "another incident that this one hangs on: upstream, same_as or part_of",
    ),
    "reason": ("What has changed, in a sentence.", "free text, sealed"),
    "clients": ([{"client": "joker", "sure": "confirmed", "count": "1200"}], "each client once"),
    "complete": ("no", "yes if you know of no other client"),
    "channel": ("platform", "platform, email, phone, letter or meeting"),
    "given_at": ("2026-03-01T09:30+01:00", f"when it was given, if not by the platform: {WHEN}"),
    "client": ("joker", "the client's id"),
    "count": ("1200", COUNT),
    "sure": ("confirmed", "suspected or confirmed"),
    "stage": ("aware", "signal, aware or should_have_known"),
    "when": ("2026-03-01T09:30+01:00", WHEN),
    "how": ("the vendor told us", "in a few words"),
    "why": ("The reason, in a sentence.", "free text, sealed"),
    "holds": ("yes", "yes, no or unknown"),
    "value": ({"about": "1200"}, f"for a fact that is a number: {COUNT}"),
    "visibility": ("own", "own, or shared with the other side"),
    "kind": ("contain", "contain, fix, investigate, review, prevent …"),
    "status": ("done", "planned, under_way or done"),
    "helped_by": ("external experts", "who helped"),
    "id": ("press-1", "a name of its own"),
    "audience": (["customers"], "customers, exposed, wrong_recipient, press, public …"),
    "words": ("What was said, word for word.", "free text, sealed"),
    "quotes": ("vendor_notice", "whose words these mostly are"),
    "corrects": ("press-0", "your earlier statement that this one mends"),
    "advice": (["beware_of_phishing"], "what people were advised to do"),
    "who": ("police", "police, csirt, insurer, partners …"),
    "authority": ("NO/datatilsynet", "country and authority: NO/datatilsynet …"),
    "capacity": ("own_controller", "own_controller, for_controllers or not_stated"),
    "controllers": (["joker"], "for whom, with capacity for_controllers and a mandate in force"),
    "reference": ("24/01234", "the case number"),
    "prompted_by": ("own_initiative", "what prompted it"),
    "late_reasons": ("Why it comes late.", "free text, sealed; Art. 33(1) asks for it"),
    "due": ("2026-04-01", "until when they want an answer"),
    "duty": ("gdpr.33-1", "which duty"),
    "ground": ("unlikely_risk", "on which ground"),
    "asked_by": ("police", "who asked for it"),
    "until": ("2026-04-01", WHEN),
    "event": ("step-12", "an event id from your timeline, or the id of the command that made it"),
    "vendor": ("zoopit", "the vendor's id"),
    "concern": ("odd-newsletters", "a name for it"),
    "outcome": ("risk", "unlikely, risk or high"),
    "severity": ("medium", "by the method you use"),
    "worksheet": (
        {
            "categories": [
                {"name": "simple", "adjusted": [{"points": "1", "reason": "Shows where one buys."}]}
            ],
            "identifiers": [{"name": "email", "situation": "unknown"}],
            "circumstances": {"malicious": "yes"},
            "people": {"about": "1200"},
            "unintelligible": "no",
        },
        "ENISA's worksheet; varsel severity INCIDENT prints one filled in from the facts",
    ),
    "consequences": (
        [{"kind": "phishing", "by": ["email", "sms"], "holds": "possible"}],
        "what may come of it for people",
    ),
    "statement": ("press-1", "a statement you made (make_statement)"),
    "contact": ({"role": "customer service"}, "where people can turn: a role, never a person"),
    "question": ("other-clients", "a name for the question"),
    "scope": ("first_report", "first_report (stage new only) or full"),
    "from": ("2026-03-01", WHEN),
    "roles": (["client"], "vendor, client, auditor"),
    "name": ("Joker", "the name people know"),
    "country": ("NO", "where it is established"),
    "zone": ("Europe/Oslo", "its time zone"),
    "laws": (["gdpr"], "the laws it is under"),
    "group": ("norgesgruppen", "the group it belongs to"),
    "second_contact": ("norgesgruppen", "a party of its group, told when it stays silent"),
    "sector": ("retail", "its line of business"),
    "entity": (["nis2_entity"], f"kinds of entity it is: {', '.join(ENTITY_KINDS)}"),
    "states": (["US-CA"], "where its customers live, by part of a country"),
    "establishment": ("NO", "the country of its main establishment in the EU, or none"),
    "role": ("processor", "processor, joint or independent"),
    "service": ("delivery of web orders", "what the vendor does for it"),
    "contract_notice": ({"within": "PT24H", "from": "aware"}, "notice by contract, from what"),
}
BY_VERB: dict[tuple[str, str], tuple[Any, str]] = {
    ("state_fact", "fact"): ("people_affected", f"one of: {', '.join(FACTS)}"),
    ("revise_facts", "reason"): ("new_knowledge", "new_knowledge, correction or reversal"),
    ("revise_facts", "claims"): ([CLAIM], "give at least one of claims, people and totals"),
    ("notify_clients", "clients"): (["joker"], "ids, or all that are named"),
    ("notify_regulator", "stage"): ("new", "new, follow_up, complete or withdrawn"),
    ("record_reply", "kind"): ("receipt", "receipt, case_number, question, order or closed"),
    ("set_scope", "party"): ("tilsyn", "the auditor's id"),
    ("set_scope", "scope"): (["joker"], "whom it may look at from here on; [] is nobody"),
    ("register_party", "id"): ("joker", "the party's id"),
    ("register_party", "scope"): (["joker"], "whom an auditor may look at"),
    ("erase", "party"): ("joker", "whose free text; your own where you leave it out"),
    ("erase", "why"): ("mistake", "data_subject_request, mistake, retention or order"),
    ("erase", "reference"): ("case 24/01234", "what it refers to; nothing of what was erased"),
    ("record_delay", "ground"): ("criminal investigation", "on which ground"),
}
ASKED_ALL_THE_SAME = frozenset({("revise_facts", "claims")})  # at least one of three
OPTIONAL_APART = frozenset({("notify_regulator", "controllers"), ("register_party", "scope")})


def listing() -> str:
    """All verbs, with what each is for."""
    width = max(map(len, VERBS))
    return "".join(f"{verb:<{width}}  {_purpose(model)}\n" for verb, model in VERBS.items())


def template_for(verb: str, *, whole: bool = False) -> str:
    """A verb's template; optional fields are commented out unless `whole`."""
    model = VERBS.get(verb)
    if model is None:
        raise Invalid(
            "there is no such verb",
            field="VERB",
            got=verb,
            expected=near(verb, [*VERBS]),
            next_step="varsel template lists them all",
        )
    lines = [f"# varsel do {verb} FILE", f"# {_purpose(model)}", HOW]
    if "people" in model.model_fields:
        lines += ["#", *_folded("data kinds", DATA_KINDS)]
    if "claims" in model.model_fields:
        lines += ["#", *_folded("claims can be about", CLAIM_TOPICS)]
    for name, field in model.model_fields.items():
        known = field.alias or name
        asked = field.is_required() or (verb, known) in ASKED_ALL_THE_SAME
        apart = (verb, known) in OPTIONAL_APART
        lines += ["", *_field(verb, known, required=asked or (whole and not apart))]
    return "\n".join(lines) + "\n"


def example(verb: str) -> dict[str, Any]:
    """What the template of a verb holds when nothing optional is let in, as plain data."""
    found = yaml.load(template_for(verb), Loader=yaml.BaseLoader)  # noqa: S506 - only plain scalars
    return dict(found or {})


def _field(verb: str, name: str, *, required: bool) -> list[str]:
    example, meaning = BY_VERB.get((verb, name)) or FIELDS[name]
    body = yaml.safe_dump(
        {name: example}, sort_keys=False, allow_unicode=True, default_flow_style=False
    )
    lines = body.replace("'", '"').rstrip().split("\n")
    if required:
        return [*_comment(meaning), *lines]
    return [*_comment(f"{meaning} (optional)"), *(f"#{line}" for line in lines)]


def _comment(text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
    )


def _purpose(model: type[Command]) -> str:
    return (model.__doc__ or "").strip().split("\n")[0]


def _folded(what: str, words: tuple[str, ...]) -> list[str]:
    listed = textwrap.wrap(" ".join(words), WIDTH, initial_indent="#   ", subsequent_indent="#   ")
    return [f"# {what}:", *listed]
