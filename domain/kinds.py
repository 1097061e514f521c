"""Data kinds that belong together: each in one family; and wider words that cover narrower ones.

`sensitive` is GDPR Art. 9(1), `criminal` Art. 10, `child` recital 38; `contact` is what Zoopit's
notice calls contact details (name, telephone, e-mail, delivery address); the other families are
our own. What people call sensitive is wider than Art. 9: Article 29 Working Party, WP 248 rev.01,
section III.B, criterion 4, endorsed by the EDPB, adds Art. 10, location, electronic
communications, and financial data that might be used for payment fraud.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache


def _kinds(words: str) -> frozenset[str]:
    return frozenset(words.split())


def union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    """All words of all these sets."""
    return frozenset[str]().union(*sets)


FAMILIES: dict[str, frozenset[str]] = {
    "contact": _kinds("""
        name first_name last_name email phone address street_address delivery_address
        billing_address postal_code contact_details
    """),
    "identity": _kinds("""
        alias date_of_birth age gender nationality marital_status photo signature national_id
        identification passport driving_licence social_security_number tax_id
    """),
    "sign_in": _kinds("""
        username password password_hash security_question credentials access_token
    """),
    "device": _kinds("ip_address cookie device_id browsing"),
    "payment": _kinds("payment_card bank_account"),
    "finance": _kinds("account transactions balance income credit_score financial insurance"),
    "purchase": _kinds("""
        purchases orders order_content order_history delivery_time loyalty_card loyalty_points
    """),
    "location": _kinds("location timed_location"),
    "work_and_life": _kinds("driver_information vehicle employment education"),
    "communication": _kinds("communication message_content call_history"),
    "sensitive": _kinds("""
        health diagnosis medical_record medication lab_results genetic biometric
        sexual_orientation religion political_opinion ethnic_origin trade_union
    """),
    "criminal": _kinds("criminal_record"),
    "child": _kinds("child_data"),
    "other": _kinds("other_personal"),
}

ALL = union(FAMILIES.values())
COMMONLY_SENSITIVE = union(
    FAMILIES[name] for name in ("sensitive", "criminal", "location", "communication", "payment")
)

_NARROWER: dict[str, frozenset[str]] = {
    "name": _kinds("first_name last_name"),
    "address": _kinds("street_address delivery_address billing_address postal_code"),
    "contact_details": FAMILIES["contact"],
    "identification": _kinds("""
        national_id passport driving_licence social_security_number tax_id
    """),
    "credentials": FAMILIES["sign_in"],
    "financial": FAMILIES["payment"] | _kinds("account transactions balance income credit_score"),
    "purchases": _kinds("orders order_content order_history"),
    "orders": _kinds("order_content order_history"),
    "location": FAMILIES["location"],
    "communication": FAMILIES["communication"],
    "health": _kinds("diagnosis medical_record medication lab_results"),
}


@cache
def covered(kind: str) -> frozenset[str]:
    """The kind itself and every narrower word: an address may be a delivery address."""
    return _NARROWER.get(kind, frozenset()) | {kind}


def excluded(absent: Iterable[str], present: Iterable[str]) -> frozenset[str]:
    """What a list of absent kinds excludes: `address` beside a present `street_address`: others."""
    there = frozenset(present)
    return union(
        covered(kind) - union(covered(k) for k in covered(kind) & there) for kind in absent
    )


@cache
def related(kind: str) -> frozenset[str]:
    """The words that may mean the same thing: those it covers, and those that cover it."""
    return covered(kind) | {wider for wider in _NARROWER if kind in covered(wider)}
