"""Who may do what: one table, asked by the desk and by every door; what is not in it is refused."""

from __future__ import annotations

from domain.errors import Forbidden, Invalid
from domain.words import near

VENDOR = frozenset({"vendor"})
CLIENT = frozenset({"client"})
EITHER = VENDOR | CLIENT
OPERATOR = frozenset({"operator"})

MAY: dict[str, frozenset[str]] = {
    "report_leak": VENDOR,
    "revise_facts": VENDOR,
    "name_clients": VENDOR,
    "notify_clients": VENDOR,
    "update_client": VENDOR,
    "clear_client": VENDOR,
    "close_incident": VENDOR,
    "withdraw": VENDOR,
    "answer": VENDOR,
    "state_awareness": EITHER,
    "state_fact": EITHER,
    "take_measure": EITHER,
    "make_statement": EITHER,
    "inform_others": EITHER,
    "notify_regulator": EITHER,
    "record_reply": EITHER,
    "record_delay": EITHER,
    "correct": EITHER,
    "raise_concern": CLIENT,
    "acknowledge": CLIENT,
    "close_case": CLIENT,
    "assess_risk": CLIENT,
    "waive": CLIENT,
    "notify_customers": CLIENT,
    "ask": CLIENT,
    "grant_mandate": CLIENT,
    "revoke_mandate": CLIENT,
    "register_party": OPERATOR,
    "agree_engagement": OPERATOR,
}


def require_role(party: str, roles: frozenset[str], verb: str) -> None:
    """Refuse a verb that none of the party's roles may use."""
    if verb not in MAY:
        raise Invalid(
            "there is no such verb", field="do", got=verb, expected=near(verb, sorted(MAY))
        )
    allowed = MAY[verb]
    if not roles & allowed:
        raise Forbidden(
            f"{verb} is not for {party}, which is {' and '.join(sorted(roles)) or 'nobody here'}",
            field="do",
            got=verb,
            expected=f"a party with the role {' or '.join(sorted(allowed))}",
            next_step="let the party with that role say it itself",
        )


def require_sight(party: str, roles: frozenset[str], scope: frozenset[str], target: str) -> None:
    """Refuse to show a party's view to anybody but itself, its auditors and the operator."""
    sees_all = "operator" in roles
    if target == party or sees_all or ("auditor" in roles and target in scope):
        return
    raise Forbidden(
        "this party's view is not yours to see",
        field="party",
        got=target,
        expected="your own id, or one in your audit scope",
        next_step="ask the operator for a scope that holds it",
    )
