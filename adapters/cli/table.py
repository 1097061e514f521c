"""Every command of `varsel`: where it is, and what it does, in the order in which help lists them.

The sentence is the first of the command itself (a test compares them); a hidden one has none.
"""

from __future__ import annotations

from typing import Final

COMMANDS: Final = {
    "serve": ("serving:serve", "The platform: ledger, feed, views, API and console; until Ctrl-C."),
    "setup": (
        "setting_up:setup",
        "Make what the nodes of a NATS cluster must know, once; database and keys as for serve.",
    ),
    "party": ("parties:app", "Parties: let in, list, cut off, renew."),
    "report": ("commands:report", "A vendor's first report of a leak."),
    "do": ("commands:do", "Any verb, from a file (varsel template VERB prints one to fill in)."),
    "template": ("commands:template", "A commented YAML for a verb, to be filled in."),
    "follow": (
        "following:follow",
        "Your feed, live, resuming where you were; free text is fetched while it is there.",
    ),
    "webhook": ("webhooks:app", "Webhooks: have your feed sent to your own endpoints."),
    "console": (
        "console:console",
        "A link that logs in at the console: for ten minutes, once; keep it to yourself.",
    ),
    "timeline": ("queries:timeline", "What happened, in order, as far as the party may see it."),
    "obligations": (
        "queries:obligations",
        "What must be done, by when, by which rule, and whether it has been done.",
    ),
    "register": ("queries:register", "The record of breaches that GDPR Art. 33(5) asks for."),
    "board": (
        "queries:board",
        "How far each client has come: told, delivered, acknowledged, asked, regulator, customers.",
    ),
    "contradictions": (
        "queries:contradictions",
        "Public statements that collide with the facts, with the notice, or with themselves.",
    ),
    "severity": (
        "queries:severity",
        "How grave it is for people (ENISA's method, as an interval), and the cases most like it.",
    ),
    "knew": (
        "knowing:knew",
        "What a party knew at an instant (a vendor: claimed, to whom), and what came after.",
    ),
    "erase": (
        "erasing:erase",
        "Destroys the key of all free text written about an incident so far; others are told.",
    ),
    "audit-report": (
        "reporting:audit_report",
        "The audit report: timeline, who knew what when, duties met and late, with their sources.",
    ),
    "export": (
        "evidence:export",
        "An audit bundle: events with their proofs, what followed from them, and a verifier.",
    ),
    "verify": (
        "evidence:verify",
        "Say what of an audit bundle holds and exactly what does not; needs no platform.",
    ),
    "suggest": (
        "suggesting:suggest",
        "Claims that a statement's text seems to make, for you to judge. Needs no platform.",
    ),
    "play": (
        "playing:play",
        "Play a scenario on a throw-away platform under its own clock, and show what comes of it.",
    ),
    "deadline": (
        "playing:deadline",
        "When is it due, by which rule and convention? Needs no platform.",
    ),
    "checkpoint": (
        "witnessing:checkpoint",
        "The newest signed checkpoint: keep it in a file, and ask with --since whether it holds.",
    ),
    "doctor": (
        "doctoring:doctor",
        "How the platform is: how far everything has come, what is in the way, what it stands on.",
    ),
    "foreign": (
        "foreign:foreign",
        "What FEED held and the ledger does not know, kept: who was told what, and when.",
    ),
    "rebuild": (
        "parties:rebuild",
        "Build all views anew from the ledger, beside the old ones, then switch.",
    ),
    "rekey": (
        "keeping:rekey",
        "Seal the vault under another master key: while no process of the platform runs.",
    ),
    "migrate": (
        "migrating:migrate",
        "Bring the ledger of an older version up: while no process of the platform runs.",
    ),
    "backup": (
        "backing_up:backup",
        "Ledger, vault and evidence of one moment in one file, also while the platform runs.",
    ),
    "restore": (
        "backing_up:restore",
        "A data folder out of a back-up, compared with what was signed before it is there.",
    ),
    "demo": ("serving:demo", ""),
}
