"""The forms of the English sentences that the domain says: the messages `reasons.py` matches.

A form that holds another sentence comes before the plain ones, so that the last remark is peeled
off first. Every hole is named for the kind of thing in it (`reasons.HOLES`).
"""

from __future__ import annotations

from adapters.console.i18n import mark

WHY = (
    mark("%(sentence)s; the law gives no number of hours"),
    mark("%(sentence)s; the clock was set anew since"),
    mark("%(sentence)s; until then the alarm runs as if it bound"),
    mark(
        "%(sentence)s; no calendar of public holidays is known for %(country)s: only "
        "weekends are counted as off"
    ),
    mark(
        "%(sentence)s; no calendar of public holidays is known for that year: only weekends "
        "are counted as off"
    ),
    mark(
        "%(sentence)s; no calendar of public holidays is known for a country that was not "
        "said: only weekends are counted as off"
    ),
    mark("%(sentence)s; no reasons were given for that (late_reasons)"),
    mark("%(sentence)s, after the limit"),
    mark("%(sentence)s, after the limit; within the limit by %(conventions)s"),
    mark(
        "%(sentence)s; stated: %(code)s; a progress report is due then, and the period runs "
        "anew from %(code2)s"
    ),
    mark("%(sentence)s; filed with %(authorities)s, which is not %(authority)s"),
    mark("%(sentence)s; where it is due is not known"),
    mark("%(sentence)s; whether %(authority)s is the right one is not listed: check"),
    mark("%(sentence)s; right only if it leads, in place of %(authority)s: check"),
    mark("the vendor's notice was delivered (%(door)s)"),
    mark("the vendor's notice was delivered (%(door)s, found by reconciliation)"),
    mark("the vendor gave its notice by %(channel)s"),
    mark("%(party)s acknowledged the vendor's notice"),
    mark("%(party)s stated that it was %(stage)s"),
    mark("%(party)s stated that it was %(stage)s, by then at latest"),
    mark("%(party)s, its agent, was aware"),
    mark("a first report was filed"),
    mark("the risk was assessed as high"),
    mark("the client was confirmed as touched"),
    mark("the client was identified"),
    mark("not aware: neither informed nor by its own finding"),
    mark("told at %(time)s, but nothing has been delivered yet"),
    mark("starts with a first report"),
    mark("the risk has not been assessed"),
    mark("the risk has not been assessed; assess it with assess_risk"),
    mark("the risk was assessed as %(outcome)s, not high"),
    mark("starts when it holds: %(code)s"),
    mark("starts when %(duty)s is met"),
    mark("stated: %(code)s"),
    mark("what starts the clock has not been stated"),
    mark("%(authority)s set this date with its %(asked)s; a filing with it answers"),
    mark("stated not to be so: %(meaning)s"),
    mark("stated: %(meaning)s"),
    mark("not stated: %(stated)s; state it with state_fact, fact: %(code)s, holds: yes or no"),
    mark("not stated: %(stated)s; state it with state_fact, fact: %(code)s, value: a number"),
    mark("which kind of entity it is was not said at its registration: %(entities)s?"),
    mark("it is none of: %(entities)s"),
    mark("does not bind in %(country)s"),
    mark("none of the kinds of data that trigger it is touched"),
    mark("whether data are touched that trigger it is open: %(kinds)s"),
    mark("it has no customers in %(state)s, by its registration"),
    mark("%(fact)s at least %(least)s: it is %(span)s"),
    mark("%(fact)s at least %(least)s and at most %(most)s: it is %(span)s"),
    mark("%(fact)s at least %(least)s: it is %(span)s; %(sentence)s"),
    mark("%(fact)s at least %(least)s and at most %(most)s: it is %(span)s; %(sentence)s"),
    mark("filed by itself with %(authority)s"),
    mark("filed by %(party)s under its mandate with %(authority)s"),
    mark("the complete report was filed"),
    mark("facts, effects and remedial action are on record"),
    mark("told %(audiences)s"),
    mark("told by %(channels)s"),
    mark("%(duty)s: %(sentence)s"),
    mark("taken up in incident %(incident)s"),
    mark("waived on the ground %(ground)s"),
    mark("the vendor stated at %(time)s: not touched after all"),
    mark("the vendor withdrew its report"),
    mark("a risk was assessed as unlikely"),
    mark("lawfully delayed: %(label)s"),
    mark("this client was cleared before it was told"),
    mark("the report was withdrawn before this client was told"),
    mark("by analogy: national law governs the counting"),
)
"""Why an obligation stands as it does."""

COLLISION = (
    mark("the claim on %(topic)s contradicts %(against)s"),
    mark("the claim on %(topic)s (%(holds)s) contradicts %(against)s"),
    mark("the claim on %(topic)s was overtaken by %(against)s"),
    mark("the claim on %(topic)s (%(holds)s) was overtaken by %(against)s"),
    mark("the claim on %(topic)s goes beyond the vendor's notice (%(against)s)"),
    mark("the claim on %(topic)s (%(holds)s) goes beyond the vendor's notice (%(against)s)"),
)
"""What a claim collides with, where no text is quoted."""

SCORE = (
    mark("data processing context: %(points)s, the highest category counts"),
    mark(
        "data processing context: %(points)s, the highest category counts; the list of data "
        "may not be complete"
    ),
    mark("ease of identification: %(points)s, the highest identifier counts"),
    mark(
        "ease of identification: %(points)s, the highest identifier counts; the list of data "
        "may not be complete"
    ),
    mark("data of an open category: %(points)s; credentials are what they open"),
    mark("data of an open category (%(kinds)s): %(points)s; credentials are what they open"),
    mark("%(category)s data: base %(number)s, %(judged)s: %(points)s"),
    mark("%(category)s data (%(kinds)s): base %(number)s, %(judged)s: %(points)s"),
    mark("not judged yet, so all that the table allows"),
    mark("%(judged)s or %(judged2)s"),
    mark("unchanged, %(adjustment)s"),
    mark("%(signed)s, %(adjustment)s"),
    mark("%(identifier)s, %(situations)s: %(points)s"),
    mark("%(identifier)s, not known: %(points)s"),
    mark("%(element)s, %(circumstances)s: %(points)s"),
    mark("%(element)s, not known: %(points)s"),
    mark("circumstances of the breach: %(points)s, all added"),
    mark(
        "severity: DPC %(points)s times EI %(points2)s plus CB %(points3)s is %(points4)s: "
        "%(level)s"
    ),
    mark(
        "severity: DPC %(points)s times EI %(points2)s plus CB %(points3)s is %(points4)s: "
        "%(level)s to %(level2)s"
    ),
    mark("more than %(number)s people: %(possible)s"),
    mark("unintelligible to whoever has the data: %(possible)s"),
    mark(
        "this method is older than the GDPR and sets no legal threshold: whom to tell "
        "follows from the client's own assessment of the risk"
    ),
)
"""How a severity was reckoned."""

REFUSALS = (
    mark("is missing"),
    mark("this field"),
    mark("is not what is taken here"),
    mark("is not one of the known words"),
    mark("a text that should have at most %(number)s characters"),
    mark("a text that should have at least %(number)s characters"),
    mark("a text that should have at least %(number)s character"),
    mark("a text that should match pattern '%(label)s'"),
    mark("greater than or equal to %(number)s"),
    mark("less than or equal to %(number)s"),
    mark("this lies in the future"),
    mark("a time not after %(time)s"),
    mark("a time after %(time)s"),
    mark("check the date and the zone"),
    mark("unknown data kind '%(label)s'"),
    mark("unknown claim topic '%(label)s'"),
    mark("unknown fact '%(label)s'"),
    mark("unknown kind of entity '%(label)s'"),
    mark("unknown law '%(label)s'"),
    mark("unknown kind of event '%(label)s'"),
    mark("did you mean %(label)s?"),
    mark("known: %(label)s"),
    mark("one of: %(label)s"),
    mark("one of: none made yet"),
    mark("one of: no mandates given"),
    mark("one of: none asked yet"),
    mark(
        "holds control or text-direction characters, or invisible tags; remove them and send "
        "it again"
    ),
    mark("holds control or text-direction characters, or invisible tags"),
    mark("remove them and send it again"),
    mark("holds a line break or a tab"),
    mark("keep it on one line"),
    mark("holds characters that cannot be seen"),
    mark("is %(number)s characters long once composed"),
    mark("1 to %(number)s"),
    mark("has %(number)s entries"),
    mark("at most %(number)s: split it into several"),
    mark("between %(number)s and %(number2)s is empty"),
    mark("put the lower first"),
    mark("the period ends (%(label)s) before it starts (%(label2)s)"),
    mark("an end that is not before its start"),
    mark("the year %(label)s is out of range"),
    mark("%(kinds)s said to be present and absent at once"),
    mark("unknown time zone '%(label)s'"),
    mark("an IANA name such as Europe/Oslo"),
    mark("no such incident, or none that concerns you"),
    mark("the name or id of an incident you reported or were told of"),
    mark("look it up in your feed or timeline"),
    mark("no such incident, or none that you were told of"),
    mark("the id of an incident, or the name of one you reported or were told of"),
    mark("take the id from your feed or timeline"),
    mark("two vendors call an incident so"),
    mark("the opaque id of one: %(label)s"),
    mark("you were cleared of this incident: nothing more is said to you about it"),
    mark("an incident that touches you"),
    mark("raise a concern (raise_concern) if you hold that it does"),
    mark("the case is closed"),
    mark("an open case"),
    mark(
        "correct the closing (verb correct) if it was a mistake; a later word of the vendor "
        "reopens it by itself"
    ),
    mark("the incident is %(incident_state)s"),
    mark("an open incident"),
    mark("report it anew under another name"),
    mark("this client is not named in the incident"),
    mark("a client named by name_clients or notify_clients"),
    mark("name or notify it first"),
    mark("this client was not told yet, or was cleared"),
    mark("a client that was notified"),
    mark("clients that were notified"),
    mark("notify it first (notify_clients)"),
    mark("this client was cleared before"),
    mark("no client is named yet"),
    mark("clients named before, or a list of ids"),
    mark("name them first (name_clients)"),
    mark("this client asked no such question"),
    mark("unknown client"),
    mark("the id of a registered client"),
    mark("check the id with the client, or let the operator register it"),
    mark("unknown vendor"),
    mark("the id of a registered vendor"),
    mark("check the id, or let the operator register it"),
    mark("you have reported an incident under this name"),
    mark("a name not used before"),
    mark("use revise_facts for news of the same incident, or pick another name"),
    mark("no such concern was put to you"),
    mark("the name or id of a concern in your feed"),
    mark("you have raised a concern under this name"),
    mark("you have acknowledged this incident before"),
    mark("nothing to do; use correct if the earlier one was a mistake"),
    mark("this ground does not lift this duty"),
    mark("unlikely_risk for Art. 33(1); 34-3-a, 34-3-b, 34-3-c for Art. 34(1)"),
    mark("you made no such statement in this incident"),
    mark("you made no such statement"),
    mark("you made a statement under this id"),
    mark("an id not used before in this incident"),
    mark("give it another id; use corrects to say that it mends the earlier one"),
    mark("you have asked a question under this name"),
    mark("a name not used before in this incident"),
    mark("the mandate would end before it starts"),
    mark("you have given this vendor no mandate"),
    mark("%(party)s has no mandate in force that lets you file a %(filing)s report for it"),
    mark("a mandate of scope full, or first_report for stage new"),
    mark("let the client grant it (grant_mandate), or file as own_controller"),
    mark("a client files for itself"),
    mark("let the vendor file under a mandate, or each client for itself"),
    mark("this controller was not told of the incident"),
    mark("you recorded no such event, or it was corrected before"),
    mark("an event id from your timeline, or the id of the command that made it"),
    mark("%(event)s cannot be corrected away: others acted on it"),
    mark("an acknowledgement, filing, assessment, statement or the like"),
    mark("say what is right instead: revise_facts, update_client, withdraw"),
    mark("a complete list of no data has no severity"),
    mark("name a category"),
    mark("write down why %(category)s data are adjusted by %(label)s (ENISA 3.1.1)"),
    mark("%(category)s data may be adjusted by %(label)s, not by %(label2)s"),
    mark("you have no such webhook"),
    mark("none: you have no webhooks"),
    mark("varsel webhook list shows yours"),
    mark("you have as many webhooks as a party may have"),
    mark("fewer than %(number)s"),
    mark("remove one first (webhook_remove)"),
    mark("a test of this webhook is under way"),
    mark("wait for its answer"),
    mark("the feed has not come so far"),
    mark("a sequence from 0 to %(number)s"),
    mark("nothing is sent there: %(label)s"),
    mark("a host on the public internet"),
    mark("correct it; nothing was recorded"),
    mark("others kept writing to the same incident"),
    mark("a quiet moment"),
    mark("send the same command, with the same id, again"),
)
"""Why something was refused, what was expected, what to do next."""

SENTENCES = (*COLLISION, *SCORE, *REFUSALS, *WHY)
