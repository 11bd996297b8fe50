"""The index of qualified technicians says the same as a look at each technician."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.pairing.rules import PairingRules, TopicRules
from chatserver.core.pairing.skills import Requirements, SkillIndex
from chatserver.core.pairing.workload import Workload
from chatserver.core.people import Level, TechnicianStatus
from tests.playbook import BOB, CAT

MODEM, FIBRE = frozenset({"modem"}), frozenset({"fibre"})
DSL = Requirements("dsl", None)
NAMES = ("bob", "cat", "dan")


def index_of(rules: TopicRules, *workloads: Workload) -> SkillIndex:
    return SkillIndex(PairingRules(topics={"dsl": rules}), lambda: workloads)


def test_only_technicians_with_all_required_skills_qualify() -> None:
    bob, cat = Workload(replace(BOB, skills=MODEM | FIBRE)), Workload(replace(CAT, skills=MODEM))
    index = index_of(TopicRules(required=MODEM | FIBRE), bob, cat)
    assert index.qualified(DSL).preferred.keys() == {"bob"}
    assert index.qualified(replace(DSL, skilled=False)).preferred.keys() == {"bob", "cat"}


def test_preferred_skills_are_counted_and_disqualify_no_technician() -> None:
    bob, cat = Workload(replace(BOB, skills=MODEM)), Workload(CAT)
    qualified = index_of(TopicRules(preferred=MODEM | FIBRE), bob, cat).qualified(DSL)
    assert qualified.preferred == {"bob": 1, "cat": 0}
    assert qualified.best == 2


def test_supervisors_by_level_never_qualify() -> None:
    sue = Workload(replace(BOB, level=Level.BY_HAND))
    assert index_of(TopicRules(), sue).qualified(DSL).preferred == {}


def test_the_busy_qualify_and_of_the_qualified_the_online_ones_are_known() -> None:
    bob = Workload(BOB, connected=True)
    cat = Workload(replace(CAT, status=TechnicianStatus.AWAY), connected=True)
    qualified = index_of(TopicRules(), bob, cat).qualified(DSL)
    assert qualified.preferred.keys() == {"bob", "cat"}
    assert qualified.online == {"bob"}


def test_other_rules_are_followed_from_the_next_question_on() -> None:
    index = index_of(TopicRules(required=MODEM), Workload(BOB))
    assert index.qualified(DSL).preferred == {}
    index.use_rules(PairingRules())
    assert index.qualified(DSL).preferred.keys() == {"bob"}


SKILLS = st.frozensets(st.sampled_from(["modem", "fibre"]))
REQUIREMENTS = st.builds(
    Requirements,
    topic=st.sampled_from([None, "dsl", "tv"]),
    language=st.sampled_from([None, "de", "fr"]),
    skilled=st.booleans(),
)


@st.composite
def technician(draw: st.DrawFn, name: str) -> Workload:
    account = replace(
        BOB,
        id=name,
        topics=draw(st.frozensets(st.sampled_from(["dsl", "tv"]))),
        skills=draw(SKILLS),
        languages=draw(st.frozensets(st.sampled_from(["de", "fr"]))),
        level=draw(st.sampled_from(Level)),
        status=draw(st.sampled_from(TechnicianStatus)),
    )
    return Workload(account, connected=draw(st.booleans()))


CHANGES = st.lists(st.sampled_from(NAMES).flatmap(technician), max_size=6)


@given(required=SKILLS, preferred=SKILLS, asked=st.lists(REQUIREMENTS), changes=CHANGES)
def test_after_any_changes_the_index_is_as_if_it_were_new(
    required: frozenset[str],
    preferred: frozenset[str],
    asked: list[Requirements],
    changes: list[Workload],
) -> None:
    rules = PairingRules(topics={"dsl": TopicRules(required=required, preferred=preferred)})
    workloads: dict[str, Workload] = {}
    index = SkillIndex(rules, workloads.values)
    for changed in changes:
        # Asked before each change, so that there are entries for the change to update.
        for requirements in asked:
            index.qualified(requirements)
        workloads[changed.technician.id] = changed
        index.update(changed)
    for requirements in asked:
        assert index.qualified(requirements) == SkillIndex(rules, workloads.values).qualified(
            requirements
        )
