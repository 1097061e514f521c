"""What the operator does: let parties in, record who works with whom."""

from __future__ import annotations

from domain import commands as c
from domain import events as e
from domain import streams
from domain.envelope import PLATFORM, Context
from domain.errors import Invalid, NotFound, Refused
from domain.law.places import EEA
from domain.work import Work


def register_party(command: c.RegisterParty, work: Work) -> None:
    """Let a party in; laws not given are presumed from where it is established."""
    stream = streams.party_stream(command.id)
    if work.read(stream) or command.id == PLATFORM:
        raise Refused(
            "a party is registered under this id",
            field="id",
            got=command.id,
            expected="an id not used before",
            next_step="use varsel party issue for more credentials, rotate for new ones",
        )
    _require_scope(command.id, frozenset(command.roles), command.scope, work)
    _require_own_group(command, work)
    event = e.PartyRegistered(
        id=command.id,
        roles=command.roles,
        name=command.name or command.id,
        country=command.country,
        zone=command.zone,
        laws=_laws(command),
        laws_presumed=command.laws is None,
        group=command.group,
        scope=command.scope,
        sector=command.sector,
        entity=command.entity,
        states=command.states,
        establishment=command.establishment,
        second_contact=command.second_contact,
    )
    work.add(stream, event, Context(), [command.id])


def set_scope(command: c.SetScope, work: Work) -> None:
    """Say anew whom an auditor may look at: from here on it sees these, and nobody else."""
    auditor = work.party(command.party)
    if auditor is None or "auditor" not in auditor.roles:
        raise NotFound(
            "unknown auditor",
            field="party",
            got=command.party,
            expected="the id of a registered party with the role auditor",
            next_step="look it up: varsel party list",
        )
    _require_scope(auditor.id, auditor.roles, command.scope, work)
    if auditor.scope == frozenset(command.scope):
        return
    event = e.AuditScopeSet(auditor=auditor.id, scope=command.scope)
    work.add(streams.party_stream(auditor.id), event, Context(), [auditor.id, work.me.id])


def _require_scope(party: str, roles: frozenset[str], scope: tuple[str, ...], work: Work) -> None:
    for target in scope:
        if target != party and work.party(target) is None:
            raise NotFound(
                "unknown party in the scope",
                field="scope",
                got=target,
                expected="ids of registered parties",
                next_step="register them first",
            )
    if scope and "auditor" not in roles:
        raise Invalid(
            "only an auditor has a scope",
            field="scope",
            got=list(scope),
            expected="roles with auditor among them",
        )


def _require_own_group(command: c.RegisterParty, work: Work) -> None:
    """A second contact hears what the party did not answer: nobody outside its group may."""
    if command.second_contact is None:
        return
    contact = work.party(command.second_contact)
    if contact is None or contact.group is None or contact.group != command.group:
        raise Invalid(
            "this is no party of the same group",
            field="second_contact",
            got=command.second_contact,
            expected="the id of a registered party with the same group",
            next_step="register it first, with this party's group",
        )


def _laws(command: c.RegisterParty) -> tuple[str, ...]:
    """The GDPR binds by itself whoever is established in the EEA (Art. 3(1)): no need to say so."""
    if command.laws is not None:
        return command.laws
    return ("gdpr",) if command.country in EEA else ()


def agree_engagement(command: c.AgreeEngagement, work: Work) -> None:
    """Record that a vendor works for a client: in which role, with which notice period."""
    client = work.require_client(command.client)
    vendor = work.party(command.vendor)
    if vendor is None or "vendor" not in vendor.roles:
        raise NotFound(
            "unknown vendor",
            field="vendor",
            got=command.vendor,
            expected="the id of a registered vendor",
        )
    if vendor.id == client.id:
        raise Invalid(
            "nobody works for itself", field="client", got=client.id, expected="another party"
        )
    promised = command.contract_notice
    event = e.EngagementAgreed(
        vendor=vendor.id,
        client=client.id,
        role=command.role,
        service=command.service,
        contract_notice=e.ContractNotice.model_validate(promised.model_dump())
        if promised
        else None,
    )
    about = Context(vendor=vendor.id, client=client.id)
    work.add(streams.party_stream(client.id), event, about, [client.id, vendor.id])
