"""What ENISA's method gives points for: Annexes 1 to 3 as tables, in our own words.

Source: ENISA with the Greek and German data protection authorities, *Recommendations for a
methodology of the assessment of severity of personal data breaches*, working document v1.0,
December 2013, doi 10.2824/27590. All points are multiples of a quarter: exact as floats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

METHOD = (
    "ENISA, Recommendations for a methodology of the assessment of severity of personal data"
    " breaches, v1.0, December 2013"
)
LEAST_DPC, MOST_DPC = 1.0, 4.0
LEAST_EI, MOST_EI = 0.25, 1.0

CategoryName = Literal["simple", "behavioural", "financial", "sensitive"]
IdentifierName = Literal["name", "id_number", "phone", "address", "email", "picture", "code"]
Level = Literal["low", "medium", "high", "very_high"]


@dataclass(frozen=True)
class Row:
    """One row of a table: the points it gives, and what it stands for."""

    points: float
    words: str


# --- data processing context (section 3.1.1, Annex 1) --------------------------------------------

BASE: Mapping[CategoryName, float] = {
    "simple": 1,
    "behavioural": 2,
    "financial": 3,
    "sensitive": 4,
}

# Points away from the base. The document prints "decreased by 1" for sensitive data that score 1,
# and again for those that score 3: an erratum, for only -3 leads from 4 to 1.
ADJUSTMENTS: Mapping[CategoryName, Mapping[int, str]] = {
    "simple": {
        0: "nothing makes it worse",
        1: "allows some profile, or assumptions about social or financial status",
        2: "allows assumptions about health, sexual preferences, politics or religion",
        3: "can be critical for the safety or health of these people",
    },
    "behavioural": {
        -1: "gives no real insight into behaviour, or was public anyway",
        0: "nothing makes it better or worse",
        1: "allows a detailed profile of daily life and habits",
        2: "allows a profile from sensitive data",
    },
    "financial": {
        -2: "gives no real insight into finances",
        -1: "gives some financial information, but no significant insight",
        0: "nothing makes it better or worse",
        1: "is complete enough for fraud, or allows a detailed social or financial profile",
    },
    "sensitive": {
        -3: "gives no real insight, or was public anyway",
        -2: "allows general assumptions only",
        -1: "allows assumptions about sensitive information",
        0: "nothing makes it better",
    },
}

# Which category a family of data kinds belongs to (`domain/kinds.py`): our own reading. None: the
# category is not known; credentials count as what they open (section 3.1.1, step 1).
CATEGORY_OF: Mapping[str, CategoryName | None] = {
    "contact": "simple",
    "identity": "simple",
    "child": "simple",
    "work_and_life": "simple",
    "device": "behavioural",
    "purchase": "behavioural",
    "location": "behavioural",
    "communication": "behavioural",
    "payment": "financial",
    "finance": "financial",
    "sensitive": "sensitive",
    "criminal": "sensitive",
    "sign_in": None,
    "other": None,
}

# --- ease of identification (section 3.1.2, Annex 2) ---------------------------------------------

_REACHED: Mapping[str, Row] = {
    "unlisted_in_country": Row(0.25, "in no public register, sought in a whole country"),
    "unlisted_in_small_city": Row(0.5, "in no public register, sought in a small city"),
    "listed": Row(1, "in a public register"),
}

SITUATIONS: Mapping[IdentifierName, Mapping[str, Row]] = {
    "name": {
        "common_in_country": Row(0.25, "shared by many in the country"),
        "rare_in_country": Row(0.5, "shared by few in the country"),
        "rare_in_small_city": Row(0.75, "shared by few or none in a small city"),
        "with_birth_date_and_email": Row(1, "together with date of birth and e-mail address"),
    },
    "id_number": {
        "alone": Row(0.25, "alone, and of no use without its register"),
        "revealing_and_linked": Row(0.75, "tells something by itself, and is linked to other data"),
        "with_reference_data": Row(1, "together with data of its register, as full name or photo"),
    },
    "phone": _REACHED,
    "address": _REACHED,
    "email": {
        "revealing_nothing": Row(0.25, "tells nothing more, and is nobody's main address"),
        "primary": Row(0.75, "tells nothing more, but is the main address and found on the web"),
        "primary_with_name": Row(1, "tells the name, is the main address and found on the web"),
    },
    "picture": {
        "vague": Row(0.25, "unclear"),
        "vague_with_context": Row(0.5, "unclear, with more that tells who or where"),
        "clear": Row(0.75, "clear, linked to nothing"),
        "clear_and_linked": Row(1, "clear, linked to more about the person"),
    },
    "code": {
        "unlinkable": Row(0.25, "cannot be linked to a person without its register"),
        "revealing_and_linked": Row(0.75, "tells something, and is linked to other data"),
        "with_reference_data": Row(1, "tells the full name, or its register is there too"),
    },
}

# Which identifiers a kind of data is: our own reading. A code is any number or alias that one
# register gives to one person (Annex 2: coding, aliases, initials).
_CODES = """
    first_name last_name alias username credentials access_token ip_address cookie device_id
    tax_id payment_card bank_account account loyalty_card vehicle
"""
IDENTIFIERS_OF: Mapping[str, tuple[IdentifierName, ...]] = {
    "name": ("name",),
    "signature": ("name",),
    "email": ("email",),
    "phone": ("phone",),
    "contact_details": ("name", "phone", "address", "email"),
    "photo": ("picture",),
    **dict.fromkeys(
        ("address", "street_address", "delivery_address", "billing_address"), ("address",)
    ),
    **dict.fromkeys(
        ("national_id", "identification", "passport", "driving_licence", "social_security_number"),
        ("id_number",),
    ),
    **dict.fromkeys(_CODES.split(), ("code",)),
}

# Kinds that, known of the same people, settle an identifier: one of each set must be there.
TOGETHER: Mapping[tuple[IdentifierName, str], tuple[frozenset[str], ...]] = {
    ("name", "with_birth_date_and_email"): (
        frozenset({"name"}),
        frozenset({"date_of_birth"}),
        frozenset({"email"}),
    ),
    ("id_number", "with_reference_data"): (
        frozenset({"national_id", "passport", "driving_licence", "social_security_number"}),
        frozenset({"name", "photo"}),
    ),
}

# --- circumstances of the breach (section 3.1.3, Annex 3) ----------------------------------------

ELEMENTS: Mapping[str, str] = {
    "confidentiality": "loss of confidentiality",
    "integrity": "loss of integrity",
    "availability": "loss of availability",
    "malicious": "malicious intent",
}
NONE = Row(0, "none")
CIRCUMSTANCES: Mapping[str, Mapping[str, Row]] = {
    "confidentiality": {
        "none": NONE,
        "exposed": Row(0, "exposed to a risk, without evidence of illegal processing"),
        "known_recipients": Row(0.25, "came to a number of known recipients"),
        "unknown_recipients": Row(0.5, "came to an unknown number of recipients"),
    },
    "integrity": {
        "none": NONE,
        "unused": Row(0, "altered, without any known wrong or illegal use"),
        "used_recoverable": Row(0.25, "altered and perhaps wrongly used, recoverable"),
        "used_lost": Row(0.5, "altered and perhaps wrongly used, not recoverable"),
    },
    "availability": {
        "none": NONE,
        "easily_recovered": Row(0, "recovered without difficulty"),
        "temporary": Row(0.25, "unavailable for a time"),
        "lost": Row(0.5, "lost for good"),
    },
    "malicious": {
        "no": Row(0, "an error or an accident"),
        "yes": Row(0.5, "an intentional act"),
    },
}

# --- levels and flags (sections 3.2 and 3.3) -----------------------------------------------------

LEVELS: tuple[tuple[float, Level], ...] = (
    (0, "low"),
    (2, "medium"),
    (3, "high"),
    (4, "very_high"),
)
MANY = 100  # more people than this raise the flag
