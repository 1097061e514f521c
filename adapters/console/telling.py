"""Values in the reader's words: times with their zone, counts, people, claims, whole events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from adapters.console import words
from adapters.console.i18n import Tongue

Data = Mapping[str, Any]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MANY = 6  # names; more are counted

# Which closed list the words of a field belong to.
FIELDS: Mapping[str, str] = {
    "sure": "sure",
    "reason": "reason",
    "incident_state": "state",
    "channel": "channel",
    "outcome": "outcome",
    "severity": "level",
    "ground": "waiver",
    "audience": "audience",
    "advice": "advice",
    "kind": "measure",
    "status": "measure_status",
    "fact": "fact",
    "holds": "affected",
    "who": "who",
    "stage": "filing",
    "capacity": "capacity",
    "scope": "mandate",
    "door": "door",
    "threshold": "threshold",
    "nature": "nature",
    "discovered_by": "source",
    "role": "engagement",
    "roles": "role",
    "prompted_by": "prompted_by",
    "quotes": "source",
    "link": "link",
    "from": "notice_from",
    "entity": "entity",
    "report_texts": "report_text",
}
OWN: Mapping[tuple[str, str], str] = {  # a field that means something else in this kind of event
    ("AuthorityReplied", "kind"): "reply",
    ("DelayRecorded", "ground"): "ground",
    ("ClientEscalated", "why"): "silence",
    ("ContentErased", "why"): "erasure",
}
# What one line tells of an event, in this order; other kinds of event tell all they hold.
SHORT: Mapping[str, tuple[str, ...]] = {
    "VendorReportedLeak": ("slug", "facts"),
    "FactsRevised": ("reason", "claims", "people", "totals"),
    "ClientNotified": ("count", "sure", "channel", "given_at"),
    "ClientUpdated": ("reason", "count", "sure", "claims", "people", "totals", "incident_state"),
    "ClientCleared": (),
    "NoticeDelivered": ("door",),
    "NoticeAcknowledged": (),
    "CustomersNotified": ("audience", "channel", "count"),
    "RiskAssessed": ("outcome",),
    "NotificationWaived": ("duty", "ground"),
    "AwarenessStated": ("awareness",),
    "StatementMade": ("statement", "audience", "channel"),
    "RegulatorNotified": ("authority", "stage", "capacity", "controllers", "reference"),
    "DutyDueSoon": ("duty", "due_at", "threshold"),
    "DutyOverdue": ("duty", "due_at"),
    "ClientRaisedConcern": ("slug", "awareness"),
    "EngagementAgreed": ("role", "service", "contract_notice"),
    "EventCorrected": (),
    "CaseReopened": (),
}
BARE = frozenset(  # fields whose value speaks for itself in a line
    """
    slug statement outcome door authority stage who question kind status duty ground fact holds
    awareness claims people totals facts reason role service
    """.split()  # noqa: SIM905 - reads as a list of words
)


@dataclass(frozen=True)
class Teller:
    """Tells values to one reader: in a language, in a zone, at an instant."""

    tongue: Tongue
    zone: ZoneInfo
    now: datetime

    # --- time ---

    def at(self, instant: str | datetime | None) -> Markup:
        """An instant in the reader's zone, with the zone shown."""
        if instant is None:
            return Markup("–")  # noqa: RUF001 - a dash in a table
        moment = _moment(instant)
        machine = moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return Markup('<time datetime="{}">{}</time>').format(machine, self.clock(moment))

    def clock(self, instant: str | datetime) -> str:
        """The same as plain text."""
        moment = _moment(instant).astimezone(self.zone)
        said = format_datetime(moment, self._pattern(moment), locale=self.tongue.locale)
        return f"{said} {moment.tzname()}"

    def _pattern(self, moment: datetime) -> str:
        time = "HH:mm:ss" if moment.second == 59 else "HH:mm"  # noqa: PLR2004 - an end of a day
        day = "d.M.y" if self.tongue.code == "fi" else "d MMM y"
        return f"EEE {day}, {time}"

    def day(self, said: str) -> str:
        """A date, a month or a year as written in an imprecise time."""
        parts = [int(part) for part in said.split("-")]
        whole = date(*[*parts, 1, 1][:3])
        days = "d.M.y" if self.tongue.code == "fi" else "d MMM y"
        pattern = ("y", "LLLL y", days)[len(parts) - 1]
        return format_date(whole, pattern, locale=self.tongue.locale)

    def when(self, said: Any) -> str:
        """A time as well as it is known."""
        t = self.tongue.gettext
        if said is None or said == "unknown":
            return t("not known")
        if isinstance(said, str):
            return self.clock(said) if "T" in said else self.day(said)
        parts = {name: self.when(value) for name, value in said.items() if name != "estimated"}
        match sorted(parts):
            case ["at"]:
                text = parts["at"]
            case ["from", "to"]:
                text = t("between %(first)s and %(last)s") % {
                    "first": parts["from"],
                    "last": parts["to"],
                }
            case ["before"]:
                text = t("before %(time)s") % {"time": parts["before"]}
            case ["after"]:
                text = t("after %(time)s") % {"time": parts["after"]}
            case _:
                text = t("not known")
        return f"{text} ({t('estimated')})" if said.get("estimated") else text

    def left(self, deadline: str | datetime) -> str:
        """How long until an instant, or since: the two largest units."""
        t = self.tongue
        apart = _moment(deadline) - self.now
        length = self.length(abs(apart))
        said = t.gettext("%(length)s left") if apart >= timedelta() else t.gettext("%(length)s ago")
        return said % {"length": length}

    def length(self, apart: timedelta) -> str:
        """A length of time in its two largest units."""
        n = self.tongue.ngettext
        days, rest = divmod(int(apart.total_seconds()), 86400)
        hours, minutes = rest // 3600, rest % 3600 // 60
        d = n("%d day", "%d days", days) % days
        h = n("%d hour", "%d hours", hours) % hours
        m = n("%d minute", "%d minutes", minutes) % minutes
        if days > 3:  # noqa: PLR2004 - people count the first three days in hours
            return f"{d} {h}" if hours and days < 14 else d  # noqa: PLR2004
        hours += 24 * days
        h = n("%d hour", "%d hours", hours) % hours
        return f"{h} {m}" if hours and minutes else h if hours else m

    # --- words and numbers ---

    def word(self, said: str, of: str) -> str:
        """A word of a closed list."""
        return words.word(self.tongue, of, said)

    def duty(self, name: str) -> str:
        """A duty's title."""
        return words.duty(self.tongue, name)

    def number(self, n: float) -> str:
        """A number as the language writes it."""
        return format_decimal(n, locale=self.tongue.locale)

    def count(self, said: Any) -> str:
        """A number as well as it is known."""
        t = self.tongue.gettext
        if said is None or said == "unknown":
            return t("number not known")
        if not isinstance(said, Mapping):
            return self.number(int(said))
        parts = cast("Data", said)
        if "between" in parts:
            low, high = (self.number(n) for n in parts["between"])
            text = t("%(low)s to %(high)s") % {"low": low, "high": high}
        elif "about" in parts:
            text = t("about %(n)s") % {"n": self.number(parts["about"])}
        elif "exact" in parts:
            text = self.number(parts["exact"])
        else:
            text = t("number not known")
        return f"{text} {self.word('records', 'unit')}" if parts.get("unit") == "records" else text

    def listed(self, said: Sequence[str], of: str) -> str:
        """Words of a closed list, with commas between them."""
        return ", ".join(self.word(one, of) for one in said)

    def data(self, said: Data) -> str:
        """Which kinds of data are there, and which are not."""
        present, absent = said.get("present", ()), said.get("absent", ())
        text = self.listed(present, "data")
        if absent:
            without = self.tongue.gettext("not: %(kinds)s") % {"kinds": self.listed(absent, "data")}
            text = f"{text}; {without}" if text else without
        return text

    def people(self, row: Data) -> str:
        """One row of the people matrix."""
        country = f" ({row['country']})" if row.get("country") else ""
        who = f"{self.word(row['group'], 'group')}, {self.word(row['role'], 'exposure')}{country}"
        kinds = self.data(row.get("data", {}))
        said = f"{who}: {self.count(row.get('count', 'unknown'))}"
        return f"{said}; {kinds}" if kinds else said

    def total(self, row: Data) -> str:
        """One number over several roles."""
        roles = " + ".join(self.word(one, "exposure") for one in row["of"])
        return f"{roles}: {self.count(row['count'])}"

    def claim(self, row: Data) -> str:
        """One claim: about what, whether it holds, how surely."""
        value = row.get("value")
        shown = value if isinstance(value, str) and value != "unknown" else None
        number = self.count(value) if value is not None and shown is None else None
        parts = [
            self.word(row["holds"], "holds") if row.get("holds") else None,
            shown or number,
            self.data(row["data"]) if row.get("data") else None,
            self.tongue.gettext("for now") if row.get("provisional") else None,
        ]
        said = ", ".join(part for part in parts if part)
        topic = self.word(row["about"], "topic")
        return f"{topic}: {said}" if said else topic

    # --- whole events ---

    def kind(self, kind: str) -> str:
        """What an event is called."""
        return self.word(kind, "event")

    def line(self, entry: Data) -> str:
        """What an event says, in one line, without its free text."""
        data: Data = entry["data"]
        names = SHORT.get(entry["type"], tuple(data))
        parts = (self._short(entry["type"], name, data[name]) for name in names if name in data)
        return "; ".join(part for part in parts if part)

    def _short(self, kind: str, name: str, value: Any) -> str:
        said = self.value(kind, name, value)
        return said if not said or name in BARE else f"{self.field(name)} {said}"

    def details(self, entry: Data) -> list[tuple[str, Any]]:
        """All that an event says: each field's label with its value, a text as its reference."""
        return list(self._details(entry["type"], entry["data"]))

    def _details(self, kind: str, data: Data) -> Iterator[tuple[str, Any]]:
        for name, value in data.items():
            if name == "facts":
                yield from self._details(kind, value)
            elif isinstance(value, Mapping) and set(cast("Data", value)) == {"text"}:
                yield self.field(name), value
            elif isinstance(value, list) and name in {"claims", "people", "totals", "systems"}:
                for one in cast("Sequence[Any]", value):
                    yield self.field(name), self.value(kind, name, [one])
            else:
                said = self.value(kind, name, value)
                if said:
                    yield self.field(name), said

    def field(self, name: str) -> str:
        """A field's label."""
        return self.tongue.pgettext("field", name.replace("_", " "))

    def value(self, kind: str, name: str, value: Any) -> str:
        """A field's value in words."""
        match name:
            case "facts":
                return self.listed(value.get("nature", ()), "nature")
            case "people" | "totals" | "claims":
                tell = {"people": self.people, "totals": self.total, "claims": self.claim}[name]
                return "; ".join(tell(one) for one in value)
            case "count" | "value" | "overlap":
                return self.count(value)
            case "when" | "happened" | "data_period" | "given_at" | "since" | "until" | "due":
                return self.when(value)
            case "due_at" | "delivered_at" | "should_have_been_at":
                return self.clock(value)
            case "awareness":
                stage = self.word(value["stage"], "stage")
                how = f", {value['how']}" if value.get("how") else ""
                return f"{stage}: {self.when(value['when'])}{how}"
            case "duty":
                return self.duty(value)
            case _:
                return self._plain(kind, name, value)

    def _plain(self, kind: str, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return self.word("yes" if value else "no", "affected")
        if isinstance(value, Mapping):
            inner = cast("Data", value)
            parts = (self._short(kind, key, part) for key, part in inner.items() if key != "text")
            return ", ".join(part for part in parts if part)
        if isinstance(value, list):
            shown = [self._plain(kind, name, one) for one in cast("Sequence[Any]", value)]
            return ", ".join(shown) if len(shown) <= MANY else self.number(len(shown))
        if value is None:
            return ""
        of = OWN.get((kind, name)) or FIELDS.get(name)
        return self.word(str(value), of) if of else str(value)


def _moment(instant: str | datetime) -> datetime:
    return instant if isinstance(instant, datetime) else datetime.fromisoformat(instant)


def linked(address: str, text: str) -> Markup:
    """A link."""
    return Markup('<a href="{}">{}</a>').format(address, escape(text))
