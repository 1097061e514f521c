"""The closed lists: words that an event may use, each meaning one thing for ever."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from domain.basics import WORD


def _fold(value: Any) -> Any:
    """Accept `follow-up` and `Follow up` for `follow_up`: people write all three."""
    if isinstance(value, str):
        return value.strip().lower().replace("-", "_").replace(" ", "_")
    return value


def near(word: str, known: tuple[str, ...] | list[str]) -> str:
    """What to write instead: the nearest known words, or the whole list when none is near."""
    close = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
    return ("did you mean " + ", ".join(close) + "?") if close else "known: " + ", ".join(known)


def one_of(known: tuple[str, ...], what: str) -> Callable[[str], str]:
    """A check for a word out of a long closed list; an unknown one names its neighbours."""

    def check(value: str) -> str:
        if value not in known:
            msg = f"unknown {what} {value!r}; {near(value, known)}"
            raise ValueError(msg)
        return value

    return check


Folded = BeforeValidator(_fold)
Short = StringConstraints(max_length=WORD)  # before a list is searched for its like

Stage = Annotated[Literal["signal", "aware", "should_have_known"], Folded]
Sure = Annotated[Literal["suspected", "confirmed"], Folded]
Nature = Annotated[Literal["confidentiality", "integrity", "availability"], Folded]
Exposure = Annotated[Literal["exposed", "wrong_recipient"], Folded]
Holds = Annotated[Literal["yes", "no", "no_sign", "possible", "unknown"], Folded]
Affected = Annotated[Literal["yes", "no", "unknown"], Folded]
RevisionReason = Annotated[Literal["new_knowledge", "correction", "reversal"], Folded]
Channel = Annotated[Literal["platform", "email", "phone", "letter", "meeting"], Folded]
MeasureStatus = Annotated[Literal["planned", "under_way", "done"], Folded]
Outcome = Annotated[Literal["unlikely", "risk", "high"], Folded]
FilingStage = Annotated[Literal["new", "follow_up", "complete", "withdrawn"], Folded]
Capacity = Annotated[Literal["own_controller", "for_controllers", "not_stated"], Folded]
ReplyKind = Annotated[Literal["receipt", "case_number", "question", "order", "closed"], Folded]
MandateScope = Annotated[Literal["first_report", "full"], Folded]
Role = Annotated[Literal["vendor", "client", "auditor", "operator"], Folded]
EngagementRole = Annotated[Literal["processor", "joint", "independent"], Folded]
NoticeFrom = Annotated[Literal["aware", "confirmed", "client_identified"], Folded]
Visibility = Annotated[Literal["own", "shared"], Folded]
ReportText = Annotated[Literal["title", "text"], Folded]
WaiverGround = Literal["unlikely_risk", "34-3-a", "34-3-b", "34-3-c"]
Threshold = Literal["24h", "6h", "half_way", "1h", "due"]
Silence = Literal["undelivered", "unacknowledged"]
GivenUp = Literal["gone", "exhausted", "out_of_scope"]
ErasureReason = Annotated[Literal["data_subject_request", "mistake", "retention", "order"], Folded]
ChainLink = Annotated[Literal["upstream", "same_as", "part_of"], Folded]


def _list(words: str) -> tuple[str, ...]:
    return tuple(words.split())


DATA_KINDS = _list("""
    name first_name last_name alias date_of_birth age gender nationality marital_status photo
    signature email phone address street_address delivery_address billing_address postal_code
    ip_address username password password_hash security_question credentials access_token cookie
    device_id national_id identification passport driving_licence social_security_number tax_id
    payment_card bank_account account transactions balance income credit_score financial
    insurance purchases orders order_content order_history delivery_time loyalty_card
    loyalty_points location timed_location driver_information vehicle employment education
    communication message_content call_history browsing health diagnosis medical_record
    medication lab_results genetic biometric sexual_orientation religion political_opinion
    ethnic_origin trade_union criminal_record child_data contact_details other_personal
""")
DataKind = Annotated[str, Short, Folded, AfterValidator(one_of(DATA_KINDS, "data kind"))]

CLAIM_TOPICS = _list("""
    copy_taken live_systems_accessed cause cause_fixed malicious recurrence
    linked_to_sender_or_service detailed_picture_possible wrong_content_in_newsletters
    exposed_per_recipient personal_data personal_data_safe payment_data sensitive_data
    contact_data_only data register_intact register_safe register_disclosed_as_a_whole
    number_of_people other_clients_affected misuse exfiltration encryption
    public_availability ongoing other
""")
ClaimTopic = Annotated[str, Short, Folded, AfterValidator(one_of(CLAIM_TOPICS, "claim topic"))]
