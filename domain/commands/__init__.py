"""What each verb takes: these models are the published schema of every door.

A command names what its writer wants; who writes, when, and under which command id come beside
it. `Command.VERB` is its public name.
"""

from __future__ import annotations

from domain.commands.base import Command
from domain.commands.client import (
    Acknowledge,
    Ask,
    AssessRisk,
    CloseCase,
    GrantMandate,
    NotifyCustomers,
    RaiseConcern,
    RevokeMandate,
    Waive,
)
from domain.commands.either import (
    Correct,
    InformOthers,
    MakeStatement,
    NotifyRegulator,
    RecordDelay,
    RecordReply,
    StateAwareness,
    StateFact,
    TakeMeasure,
)
from domain.commands.operator import AgreeEngagement, ContractNoticeIn, RegisterParty
from domain.commands.vendor import (
    Answer,
    ClearClient,
    CloseIncident,
    NameClients,
    NamedClientIn,
    NotifyClients,
    ReportLeak,
    ReviseFacts,
    UpdateClient,
    Withdraw,
)

__all__ = [
    "ALL",
    "VERBS",
    "Acknowledge",
    "AgreeEngagement",
    "Answer",
    "Ask",
    "AssessRisk",
    "ClearClient",
    "CloseCase",
    "CloseIncident",
    "Command",
    "ContractNoticeIn",
    "Correct",
    "GrantMandate",
    "InformOthers",
    "MakeStatement",
    "NameClients",
    "NamedClientIn",
    "NotifyClients",
    "NotifyCustomers",
    "NotifyRegulator",
    "RaiseConcern",
    "RecordDelay",
    "RecordReply",
    "RegisterParty",
    "ReportLeak",
    "ReviseFacts",
    "RevokeMandate",
    "StateAwareness",
    "StateFact",
    "TakeMeasure",
    "UpdateClient",
    "Waive",
    "Withdraw",
]

ALL: tuple[type[Command], ...] = (
    ReportLeak,
    ReviseFacts,
    NameClients,
    NotifyClients,
    UpdateClient,
    ClearClient,
    CloseIncident,
    Withdraw,
    Answer,
    StateAwareness,
    StateFact,
    TakeMeasure,
    MakeStatement,
    InformOthers,
    NotifyRegulator,
    RecordReply,
    RecordDelay,
    Correct,
    RaiseConcern,
    Acknowledge,
    CloseCase,
    AssessRisk,
    Waive,
    NotifyCustomers,
    Ask,
    GrantMandate,
    RevokeMandate,
    RegisterParty,
    AgreeEngagement,
)
VERBS: dict[str, type[Command]] = {command.VERB: command for command in ALL}
