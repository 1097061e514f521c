"""Who may do and see what: one table, asked at every door; what is not in it is refused.

A row is an operation: a verb, a question, or something the operator has the platform do. A cell
says through which relations a party in that role may use it:

new       nothing is touched that was there before
self      what is the party's own: its view, its feed, its mandates
own       an incident that it reported
told      an incident that it was told of, even where it was cleared since
touched   an incident that it was told of, and not cleared since
scope     what is of a party in its audit scope
everyone  what is of any party
platform  the platform as such
-         nothing

A client that was cleared keeps its record: it reads what it was told and may go on writing down
its own acts, as Art. 33(5) GDPR has every controller do. It is told nothing more, so it cannot
ask. An auditor looks, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol, cast, get_args

from domain.errors import Forbidden, Invalid
from domain.words import near

Relation = Literal["new", "self", "own", "told", "touched", "scope", "everyone", "platform"]
Row = dict[str, frozenset[Relation]]

ROLES = ("vendor", "client", "auditor", "operator")

TABLE = """
operation           vendor          client          auditor         operator

report_leak         new,own,told    -               -               -
revise_facts        own             -               -               -
name_clients        own             -               -               -
notify_clients      own             -               -               -
update_client       own             -               -               -
clear_client        own             -               -               -
close_incident      own             -               -               -
withdraw            own             -               -               -
answer              own             -               -               -

state_awareness     own             told            -               -
state_fact          own             told            -               -
take_measure        own             told            -               -
make_statement      own             told            -               -
inform_others       own             told            -               -
notify_regulator    own             told            -               -
record_reply        own             told            -               -
record_delay        own             told            -               -
correct             own             told            -               -
erase               own             told            -               everyone

raise_concern       -               new             -               -
acknowledge         -               told            -               -
close_case          -               told            -               -
assess_risk         -               told            -               -
waive               -               told            -               -
notify_customers    -               told            -               -
ask                 -               touched         -               -
grant_mandate       -               self            -               -
revoke_mandate      -               self            -               -

register_party      -               -               -               new
set_scope           -               -               -               everyone
agree_engagement    -               -               -               everyone

timeline            self            self            scope           everyone
obligations         self            self            scope           everyone
register            self            self            scope           everyone
contradictions      self            self            scope           everyone
severity            self            self            scope           everyone
facts               self            self            scope           everyone
knowledge           self            self            scope           everyone
feed                self            self            scope           everyone
messages            self            self            scope           everyone
text                self            self            scope           -
board               own             -               scope           everyone
whoami              self            self            self            self
console_link        self            self            self            self
calendar_link       self            self            -               -
calendar_unlink     self            self            -               -
parties             -               -               -               everyone
checkpoint          self            self            self            self
consistency         self            self            self            self
inclusion           self            self            scope           everyone
export              self            self            scope           everyone

webhook_add         self            self            scope           -
webhook_list        self            self            self            -
webhook_test        self            self            self            -
webhook_rotate      self            self            self            -
webhook_enable      self            self            self            -
webhook_remove      self            self            self            -

party_add           -               -               -               new
party_show          -               -               -               everyone
party_issue         -               -               -               everyone
party_person        -               -               -               everyone
party_rotate        -               -               -               everyone
party_revoke        -               -               -               everyone
rebuild             -               -               -               platform
health              -               -               -               platform
examine             -               -               -               platform
foreign             -               -               -               platform
foreign_settle      -               -               -               platform
feeds               -               -               -               everyone
"""


def read_table(text: str) -> dict[str, Row]:
    """The table's rows by operation; raises `Invalid` for one that is not whole."""
    head, *lines = [line.split() for line in text.splitlines() if line.strip()]
    rows: dict[str, Row] = {}
    for operation, *cells in lines:
        if len(cells) != len(ROLES) or operation in rows or head[1:] != list(ROLES):
            raise _mistaken(operation, "one row an operation, one cell a role")
        rows[operation] = {
            role: _cell(operation, cell) for role, cell in zip(ROLES, cells, strict=True)
        }
    return rows


def _cell(operation: str, cell: str) -> frozenset[Relation]:
    relations = frozenset(cell.split(",")) - {"-"}
    known = get_args(Relation)
    if not relations <= set(known):
        raise _mistaken(f"{operation}: {cell}", f"a dash, or relations: {', '.join(known)}")
    return cast("frozenset[Relation]", relations)


def _mistaken(got: str, expected: str) -> Invalid:
    return Invalid(
        "the table of who may do what is not in order",
        got=got,
        expected=expected,
        next_step="correct it in domain/access.py",
    )


ROWS = read_table(TABLE)


class Who(Protocol):
    """A party as far as access turns on it."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def roles(self) -> Collection[str]:
        """Its roles."""
        ...

    @property
    def scope(self) -> Collection[str]:
        """The parties that it audits."""
        ...


@dataclass(frozen=True)
class Grant:
    """What one party may reach by one operation: through which relations, in which scope."""

    party: str
    relations: frozenset[Relation] = frozenset()
    scope: frozenset[str] = frozenset()

    @property
    def named(self) -> frozenset[str]:
        """Every party whose view it reaches, but for those it reaches as one of all."""
        mine = self.relations & {"self", "own", "everyone"}
        audited = self.scope if "scope" in self.relations else frozenset[str]()
        return audited | ({self.party} if mine else frozenset[str]())

    def sees(self, target: str) -> bool:
        """Whether it reaches what is of this party."""
        return "everyone" in self.relations or target in self.named

    def require_sight(self, target: str) -> None:
        """Refuse what is of a party that it does not reach, in the same words if there is none."""
        if self.sees(target):
            return
        whose = {"self": "your own id", "scope": "an id in your audit scope"}
        raise Forbidden(
            "this party's view is not yours to see",
            field="party",
            got=target,
            expected=" or ".join(words for name, words in whose.items() if name in self.relations),
            next_step="ask the operator for a scope that holds it",
        )


def grant(who: Who, operation: str) -> Grant:
    """What a party may reach by an operation; refuses one that its roles may not use at all."""
    return Grant(who.id, require_role(who.id, who.roles, operation), frozenset(who.scope))


def require_role(party: str, roles: Collection[str], operation: str) -> frozenset[Relation]:
    """The relations that a party's roles give it in an operation; refuses where there are none."""
    if operation not in ROWS:
        known = near(operation, sorted(ROWS))
        raise Invalid("there is no such verb", field="do", got=operation, expected=known)
    row = ROWS[operation]
    relations = frozenset[Relation]().union(*(row.get(role, ()) for role in roles))
    if not relations:
        what = " and ".join(sorted(roles)) or "nobody here"
        raise Forbidden(
            f"{operation} is not for {party}, which is {what}",
            field="do",
            got=operation,
            expected=f"a party with the role {' or '.join(users(operation))}",
            next_step="let the party with that role say it itself",
        )
    return relations


def users(operation: str) -> list[str]:
    """The roles that may use an operation."""
    return [role for role in sorted(ROLES) if ROWS[operation][role]]


def require_rows(registered: Iterable[str]) -> None:
    """Refuse to start where what is registered and the table's rows are not the same."""
    names = set(registered)
    lacking, idle = sorted(names - ROWS.keys()), sorted(ROWS.keys() - names)
    if lacking or idle:
        raise _mistaken(
            f"without a row: {', '.join(lacking) or 'none'}; "
            f"a row for nothing: {', '.join(idle) or 'none'}",
            "one row for every verb, question and operation",
        )
