"""The desk: every command comes here, is decided by its use case, and is saved whole or not at all.

One function per verb stands in `domain/use_cases/`; `VERBS` ties each to its command model, and
`domain/access.py` says who may use it.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from domain import access, commands, streams, webhooks
from domain import party as parties
from domain.basics import COMMAND_ID
from domain.commands import Command
from domain.commands import webhooks as webhook_commands
from domain.envelope import PLATFORM, Actor
from domain.errors import CommandReused, Conflict, Invalid, NotFound, VarselError
from domain.parsing import parse, parse_value
from domain.ports import Directory, Ledger, Receipt, Signature
from domain.use_cases import (
    client,
    correcting,
    credentials,
    either,
    erasing,
    filing,
    operator,
    platform,
    reporting,
    sides,
    vendor,
)
from domain.use_cases import webhooks as arranging
from domain.values import When
from domain.words import near
from domain.work import Work

UseCase = Callable[[Any, Work], None]

VERBS: dict[str, tuple[type[Command], UseCase]] = {
    "report_leak": (commands.ReportLeak, reporting.report_leak),
    "revise_facts": (commands.ReviseFacts, vendor.revise_facts),
    "name_clients": (commands.NameClients, vendor.name_clients),
    "notify_clients": (commands.NotifyClients, vendor.notify_clients),
    "update_client": (commands.UpdateClient, vendor.update_client),
    "clear_client": (commands.ClearClient, vendor.clear_client),
    "close_incident": (commands.CloseIncident, vendor.close_incident),
    "withdraw": (commands.Withdraw, vendor.withdraw),
    "answer": (commands.Answer, vendor.answer),
    "state_awareness": (commands.StateAwareness, either.state_awareness),
    "state_fact": (commands.StateFact, either.state_fact),
    "take_measure": (commands.TakeMeasure, either.take_measure),
    "make_statement": (commands.MakeStatement, either.make_statement),
    "inform_others": (commands.InformOthers, either.inform_others),
    "notify_regulator": (commands.NotifyRegulator, filing.notify_regulator),
    "record_reply": (commands.RecordReply, filing.record_reply),
    "record_delay": (commands.RecordDelay, filing.record_delay),
    "correct": (commands.Correct, correcting.correct),
    "erase": (commands.Erase, erasing.erase),
    "raise_concern": (commands.RaiseConcern, client.raise_concern),
    "acknowledge": (commands.Acknowledge, client.acknowledge),
    "close_case": (commands.CloseCase, client.close_case),
    "assess_risk": (commands.AssessRisk, client.assess_risk),
    "waive": (commands.Waive, client.waive),
    "notify_customers": (commands.NotifyCustomers, client.notify_customers),
    "ask": (commands.Ask, client.ask),
    "grant_mandate": (commands.GrantMandate, client.grant_mandate),
    "revoke_mandate": (commands.RevokeMandate, client.revoke_mandate),
    "register_party": (commands.RegisterParty, operator.register_party),
    "set_scope": (commands.SetScope, operator.set_scope),
    "agree_engagement": (commands.AgreeEngagement, operator.agree_engagement),
}

# Commands that come with secrets: the platform keeps those, the desk is told what may be known.
WITH_SECRETS: dict[str, tuple[type[Command], Callable[[Any, credentials.New, Work], None]]] = {
    "party_add": (commands.AdmitParty, credentials.admit),
    "party_issue": (commands.IssueCredentials, credentials.issue),
    "party_person": (commands.AdmitPerson, credentials.admit_person),
    "party_rotate": (commands.RotateCredentials, credentials.rotate),
    "party_revoke": (commands.RevokeCredentials, credentials.revoke),
}

ATTEMPTS = 8
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_WHEN: TypeAdapter[When | None] = TypeAdapter(When | None)
_ACTOR: TypeAdapter[Actor | None] = TypeAdapter(Actor | None)
_OURSELVES = parties.Party(PLATFORM, frozenset({"operator"}), ZoneInfo("UTC"), frozenset())


@dataclass(frozen=True)
class Request:
    """A command as it came in: from whom, which verb, under which id, with what."""

    party: str
    verb: str
    command: str
    body: Mapping[str, Any]
    happened: Any = None
    actor: Any = None


class Desk:
    """Takes commands. `key` keys the digest by which a repeated command is known again."""

    def __init__(self, ledger: Ledger, directory: Directory, key: bytes) -> None:
        self._ledger = ledger
        self._directory = directory
        self._key = key

    def handle(self, request: Request, now: datetime) -> Receipt:
        """Accept a command or refuse it whole; raises a `VarselError` that says why.

        `now` is aware: the platform's time. The same command id from the same party answers its
        first receipt for ever, and raises `CommandReused` with another body.
        """
        model, use_case = _verb(request.verb)
        granted = self.granted(request.party, request.verb)
        command = parse(model, request.body)
        happened = parse_value(_WHEN, request.happened, "happened")
        signature = self._signed(request, command, happened)

        def decide(work: Work) -> None:
            work.happened = sides.not_ahead(happened, work, "happened")
            use_case(command, work)

        return self._save(signature, now, decide, granted.relations)

    def give(self, request: Request, new: credentials.New, now: datetime) -> Receipt:
        """Accept one of `WITH_SECRETS`, with the public sides of `new` credentials; as `handle`.

        Whether these were recorded, or the receipt is of an earlier request under the same id,
        the party's credentials tell.
        """
        model, use_case = WITH_SECRETS[request.verb]
        granted = self.granted(request.party, request.verb)
        command = parse(model, request.body)
        signature = self._signed(request, command, None)
        return self._save(
            signature, now, lambda work: use_case(command, new, work), granted.relations
        )

    def arrange(self, request: Request, use_case: UseCase, now: datetime) -> Receipt:
        """Accept a verb on webhooks, of which the caller does the other half; as `handle`."""
        granted = self.granted(request.party, request.verb)
        command = parse(webhook_commands.VERBS[request.verb], request.body)
        signature = self._signed(request, command, None)
        return self._save(signature, now, lambda work: use_case(command, work), granted.relations)

    def give_up(self, endpoint: arranging.Abandoned, now: datetime) -> Receipt:
        """Record that nothing more is sent to a party's endpoint, until it says so."""
        signature = self._own("give_up", endpoint.command)
        return self._save(signature, now, lambda work: arranging.give_up(endpoint, work))

    def webhooks(self, party: str) -> dict[str, bool]:
        """A party's endpoints, and whether each is enabled."""
        return webhooks.fold(self._ledger.read(streams.party_stream(party)))

    def observe_delivery(self, seen: platform.Delivery, now: datetime) -> Receipt:
        """Record that a notice reached its client; the second sighting changes nothing."""
        signature = self._own("observe_delivery", f"delivered/{seen.notice}")
        return self._save(signature, now, lambda work: platform.observe_delivery(seen, work))

    def reopen_case(self, late: platform.LateWord, now: datetime) -> Receipt:
        """Open a client's closed case again after a later word of the vendor."""
        signature = self._own("reopen_case", f"reopened/{late.notice}")
        return self._save(signature, now, lambda work: platform.reopen_case(late, work))

    def remind(self, due: platform.Reminder, now: datetime) -> Receipt:
        """Tell a debtor of a deadline; the same threshold a second time changes nothing."""
        signature = self._own("remind", due.command)
        return self._save(signature, now, lambda work: platform.remind(due, work))

    def escalate(self, silent: platform.Escalation, now: datetime) -> Receipt:
        """Bring up that a client is silent; the same silence a second time changes nothing."""
        signature = self._own("escalate", silent.command)
        return self._save(signature, now, lambda work: platform.escalate(silent, work))

    def load_law(self, fingerprint: str, packs: tuple[str, ...], now: datetime) -> Receipt:
        """Record with which law packs duties are computed from here on."""
        signature = self._own("load_law", f"law/{fingerprint}/{now.isoformat()}")
        return self._save(signature, now, lambda work: platform.load_law(fingerprint, packs, work))

    def granted(self, party: str, operation: str) -> access.Grant:
        """What a party may reach by an operation; raises as `access.grant` does."""
        return access.grant(self._me(party), operation)

    def party(self, name: str) -> parties.Party | None:
        """A registered party as it stands, or None."""
        return self._ledger.fold(streams.party_stream(name), parties.evolve).state

    def _signed(self, request: Request, command: Command, happened: When | None) -> Signature:
        return Signature(
            party=request.party,
            command=_command_id(request.command),
            digest=self._digest(command, happened),
            verb=request.verb,
            actor=parse_value(_ACTOR, request.actor, "actor"),
        )

    def _own(self, verb: str, command: str) -> Signature:
        return Signature(party=PLATFORM, command=command, digest="", verb=verb)

    def _save(
        self,
        signature: Signature,
        now: datetime,
        decide: Callable[[Work], None],
        relations: frozenset[access.Relation] = frozenset(),
    ) -> Receipt:
        for _ in range(ATTEMPTS):
            kept = self._ledger.receipt(signature.party, signature.command)
            if kept is not None:
                return _same(kept.receipt, kept.digest, signature)
            me = self._me(signature.party)
            work = Work(self._ledger, self._directory, me, now, relations)
            try:
                decide(work)
            except VarselError:
                # The same command may have been accepted meanwhile, and refuse itself now.
                kept = self._ledger.receipt(signature.party, signature.command)
                if kept is None:
                    raise
                return _same(kept.receipt, kept.digest, signature)
            try:
                return self._ledger.append(work.changes(), signature, now)
            except Conflict:
                continue
        raise Conflict(
            "others kept writing to the same incident",
            expected="a quiet moment",
            next_step="send the same command, with the same id, again",
        )

    def _me(self, name: str) -> parties.Party:
        if name == PLATFORM:
            return _OURSELVES
        found = self.party(name)
        if found is None:
            raise NotFound(
                "this party is not registered",
                field="by",
                got=name,
                expected="a registered party",
                next_step="let the operator register it: varsel party add",
            )
        return found

    def _digest(self, command: Command, happened: When | None) -> str:
        """Keyed, so that a digest kept here does not betray free text that was erased."""
        said = {
            "verb": command.VERB,
            "with": command.model_dump(mode="json"),
            "happened": happened.model_dump(mode="json") if happened else None,
        }
        return hmac.digest(self._key, _encode(said).encode(), "sha256").hex()


def _verb(name: str) -> tuple[type[Command], UseCase]:
    if name not in VERBS:
        raise Invalid(
            "there is no such verb", field="do", got=name, expected=near(name, sorted(VERBS))
        )
    return VERBS[name]


def _command_id(text: str) -> str:
    if re.fullmatch(COMMAND_ID, text):
        return text
    raise Invalid(
        "a command needs an id of its own",
        field="command",
        got=text,
        expected="1 to 200 printable ASCII characters, another id for every new command",
        next_step="give it one, a UUID for instance, and send it again",
    )


def _same(receipt: Receipt, digest: str, signature: Signature) -> Receipt:
    if hmac.compare_digest(digest, signature.digest) and receipt.verb == signature.verb:
        return receipt
    raise CommandReused(
        "this command id was used before with another body",
        field="command",
        got=signature.command,
        expected="the same body, or a new id",
        next_step="give the new command an id of its own",
    )
