"""Request bodies of the administration: parts of the site settings, terms of technicians."""

from collections import Counter
from dataclasses import fields
from datetime import date, time
from typing import TYPE_CHECKING, Annotated, Literal, get_type_hints
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    WithJsonSchema,
    create_model,
    field_validator,
)

from chatserver.core.errors import Code, Refused
from chatserver.core.pairing.rules import (
    PairingMode,
    PairingRules,
    TopicRules,
    rule_bounds,
)
from chatserver.core.people import Level, Rank, Topic
from chatserver.core.site import SITE_LIMITS, Appearance, Reply, Schedule, Targets
from chatserver.i18n.languages import AUTO, languages

ShortText = Annotated[str, Field(max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
Skills = Annotated[frozenset[Identifier], Field(max_length=50)]
Day = Annotated[list[tuple[time, time]], Field(max_length=SITE_LIMITS.periods)]
MAX_TOPICS = Field(max_length=SITE_LIMITS.topics)
PartName = Annotated[str, Field(max_length=40)]
Revision = Annotated[str, Field(max_length=64)]


def _known_language(language: str) -> str:
    if language != AUTO and language not in languages():
        raise ValueError("no such language")
    return language


WidgetLanguage = Annotated[
    str,
    AfterValidator(_known_language),
    WithJsonSchema({"type": "string", "enum": [AUTO, *languages()]}),
]


class Chosen(BaseModel):
    """A part of the site settings, as the administration page sends it."""

    model_config = ConfigDict(extra="forbid")


class ChosenWidget(Chosen):
    accent: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
    position: Literal["right", "left"]
    label: ShortText = ""
    title: ShortText = ""
    greeting: Annotated[str, Field(max_length=500)] = ""
    language: WidgetLanguage = AUTO


class ChosenSchedule(Chosen):
    timezone: Annotated[str, Field(max_length=64)]
    week: Annotated[list[Day], Field(min_length=7, max_length=7)]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    region: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    closed: Annotated[list[date], Field(max_length=SITE_LIMITS.closed_days)] = []

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("no such time zone")
        return name

    @property
    def schedule(self) -> Schedule:
        """The opening hours, with the intervals of each day in order."""
        week = tuple(tuple(sorted(day)) for day in self.week)
        closed = tuple(sorted(set(self.closed)))
        return Schedule(self.timezone, week, self.country, region=self.region, closed=closed)


class ChosenTargets(Chosen):
    amber: Annotated[int, Field(ge=1_000, le=86_400_000)]
    red: Annotated[int, Field(ge=1_000, le=86_400_000)]


class ChosenReply(Chosen):
    id: Annotated[str, Field(min_length=1, max_length=64)]
    shortcut: Annotated[str, Field(pattern=r"^\S{1,40}$")]
    title: ShortText = ""
    text: Annotated[str, Field(min_length=1, max_length=SITE_LIMITS.reply_text)]


class ChosenTopic(Chosen):
    id: Identifier
    name: Name


def _numbers(rules: type[PairingRules] | type[TopicRules]) -> dict[str, object]:
    """Return the model fields of all rules that are numbers, bounded as the rules declare."""
    types = get_type_hints(rules)
    defaults = {rule.name: rule.default for rule in fields(rules)}
    return {
        name: (types[name], Field(defaults[name], ge=bounds.least, le=bounds.most))
        for name, bounds in rule_bounds(rules).items()
    }


class TopicRulesForm(Chosen):
    """The pairing rules of one topic that are no numbers."""

    mode: PairingMode = PairingMode.DIRECT
    required: Skills = frozenset()
    preferred: Skills = frozenset()


if TYPE_CHECKING:
    # Type checkers see the written fields; the numbers come from the declaration of the rules.
    ChosenRules = TopicRulesForm
else:
    ChosenRules = create_model(
        "ChosenRules",
        __base__=TopicRulesForm,
        __doc__="The pairing rules of one topic; durations in ms.",
        **_numbers(TopicRules),
    )


class PairingRulesForm(Chosen):
    """The pairing rules of the site that are no numbers."""

    topics: Annotated[dict[Identifier, ChosenRules], MAX_TOPICS] = {}

    @property
    def rules(self) -> PairingRules:
        """The same rules as the core uses them."""
        topics = {topic: TopicRules(**each.model_dump()) for topic, each in self.topics.items()}
        return PairingRules(topics, **self.model_dump(exclude={"topics"}))


if TYPE_CHECKING:
    ChosenPairing = PairingRulesForm
else:
    ChosenPairing = create_model(
        "ChosenPairing",
        __base__=PairingRulesForm,
        __doc__="The pairing rules of the site; durations in ms.",
        **_numbers(PairingRules),
    )


class ChosenSite(Chosen):
    """The parts to change, and in `seen` the revisions that the page loaded."""

    widget: ChosenWidget | None = None
    schedule: ChosenSchedule | None = None
    targets: ChosenTargets | None = None
    replies: Annotated[list[ChosenReply], Field(max_length=SITE_LIMITS.replies)] | None = None
    topics: Annotated[list[ChosenTopic], MAX_TOPICS] | None = None
    pairing: ChosenPairing | None = None
    topic_hours: Annotated[dict[Identifier, ChosenSchedule], MAX_TOPICS] | None = None
    seen: Annotated[dict[PartName, Revision], Field(max_length=20)] = {}

    def parts(self) -> dict[str, object]:
        """Return the parts that are stored as JSON, by name; raises Refused `invalid`."""
        parts: dict[str, object] = {}
        if self.widget is not None:
            parts["widget"] = Appearance(**self.widget.model_dump())
        if self.schedule is not None:
            parts["schedule"] = self.schedule.schedule
        if self.targets is not None:
            parts["targets"] = Targets(self.targets.amber, self.targets.red)
        if self.pairing is not None:
            parts["pairing"] = self.pairing.rules
        if self.topic_hours is not None:
            parts["topic_hours"] = {
                topic: each.schedule for topic, each in sorted(self.topic_hours.items())
            }
        if self.replies is not None:
            _check_unique("replies", "shortcut", [each.shortcut for each in self.replies])
            if sum(len(each.text) for each in self.replies) > SITE_LIMITS.replies_text:
                raise Refused(Code.TOO_LONG, field="replies")
            parts["replies"] = tuple(Reply(**each.model_dump()) for each in self.replies)
        return parts

    def topic_list(self) -> list[Topic] | None:
        """Return the topics in order, or None to leave them; raises Refused `invalid`."""
        if self.topics is None:
            return None
        _check_unique("topics", "id", [each.id for each in self.topics])
        _check_unique("topics", "name", [each.name for each in self.topics])
        return [Topic(each.id, each.name) for each in self.topics]


class ChosenTechnician(Chosen):
    """The terms to change; `new` demands that no technician has this login yet."""

    # The length is not in the pattern: `{1,100}` of letters of all scripts compiles to 10 MB.
    login: Annotated[str, Field(pattern=r"^[\w.@+-]+$", max_length=100)]
    name: Name | None = None
    role: Rank | None = None
    capacity: Annotated[int, Field(ge=1, le=1_000)] | None = None
    topics: Annotated[list[Identifier], MAX_TOPICS] | None = None
    skills: Skills | None = None
    languages: Annotated[frozenset[Language], Field(max_length=20)] | None = None
    level: Level | None = None
    new: bool = False
    seen: Revision | None = None


def _check_unique(part: str, field: str, values: list[str]) -> None:
    """Raise Refused `invalid` if two values are equal but for case and surrounding blanks."""
    folded = [value.strip().casefold() for value in values]
    occurrences = Counter(folded)
    # Report the later duplicate, which is the one just typed.
    for number in reversed(range(len(folded))):
        if occurrences[folded[number]] > 1:
            raise Refused(Code.INVALID, field=f"{part}.{number}.{field}")
