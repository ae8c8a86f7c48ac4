"""Whatever the facts are there is one decision, and no fact against somebody ever lets them in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from stodtjanster.access import Case, Decision, Facts, Policy, Reason, Verdict, judge
from stodtjanster.access.case import (
    Block,
    Consent,
    ConsentStatus,
    Dependencies,
    Level,
    Lifted,
    LiftedBy,
    Secrecy,
)
from stodtjanster.access.policy import CLINICAL_TYPES, META_TYPES
from stodtjanster.model import PRIVATE, ActorKind, HsaId, Protection, Side
from tests.access_table import PSA1, REGA, REGB, VCA1, VCB1, rows

CASES = [row.case for row in rows()]
POLICY = Policy()
FIELDS = frozenset(
    {
        *POLICY.access_log_fields,
        *POLICY.internal_fields,
        *POLICY.existence_fields,
        *POLICY.visit_fields,
        *POLICY.visit_place_fields,
        *POLICY.plan_headline_fields,
        *POLICY.whereabouts_fields,
        "anything else",
    }
)

some_case = st.sampled_from(CASES)
hsa_ids = st.sampled_from([REGA, REGB, VCA1, VCB1, PSA1]).map(HsaId)
info_types = st.sampled_from(sorted(CLINICAL_TYPES | META_TYPES | {"message", "access_log", "x"}))
shifts = st.sampled_from([0, -1, 1, 400, 6_000, -20_000]).map(lambda days: timedelta(days=days))
lifts = st.builds(
    Lifted,
    st.sampled_from(LiftedBy),
    hsa_ids,
    st.sampled_from([case.now for case in CASES]),
)


@st.composite
def blocks(draw: st.DrawFn, case: Case) -> Block:
    provider = draw(st.just(case.resource.provider) | hsa_ids)
    unit = draw(st.just(case.resource.unit) | st.none() | hsa_ids)
    return Block(
        draw(st.sampled_from(Level)),
        provider or HsaId(REGA),
        unit,
        case.now - timedelta(days=draw(st.integers(0, 400))),
        draw(st.none() | st.just(case.now)),
        draw(st.none() | lifts),
    )


some_facts = st.just(Facts()) | st.sampled_from([case.facts for case in CASES])
parts = st.sets(st.sampled_from(["actor", "subject", "resource", "facts"]))
told = st.sets(st.sampled_from(sorted(Facts.__dataclass_fields__)), max_size=3)
actor_holes = st.sets(
    st.sampled_from(["acting_for", "hsa_id", "side", "place", "commission"]), max_size=1
)
resource_holes = st.sets(
    st.sampled_from(["provider", "unit", "side", "documented_at", "start", "approved_for_patient"]),
    max_size=1,
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A patchwork of cases, with holes where nobody told anything."""
    case = draw(some_case)
    for part in sorted(draw(parts)):
        case = replace(case, **{part: getattr(draw(some_case), part)})
    said = {name: getattr(draw(some_facts), name) for name in sorted(draw(told))}
    resource = replace(case.resource, **dict.fromkeys(draw(resource_holes)))
    if draw(st.booleans()):
        resource = replace(resource, info_type=draw(info_types))
    return replace(
        case,
        now=case.now + draw(shifts),
        actor=replace(case.actor, **dict.fromkeys(draw(actor_holes))),
        resource=resource,
        facts=replace(case.facts, **said),
    )


def visible(said: Decision) -> frozenset[str]:
    if said.denied:
        return frozenset()
    if said.keep is not None:
        return FIELDS & set(said.keep)
    return FIELDS - set(said.drop or ())


@given(cases())
def test_there_is_always_one_whole_decision(case: Case) -> None:
    said = judge(case, POLICY)
    fields = [said.keep is not None, said.drop is not None]
    assert sum(fields) == (said.verdict is Verdict.REDACT)
    assert said.permitted is (said.verdict is Verdict.PERMIT)
    assert said.law
    assert bool(said.against) is said.denied
    if said.denied:
        assert said.against[0] == (said.reason, said.law)
        assert len({reason for reason, _ in said.against}) == len(said.against)


@given(cases())
def test_the_same_question_has_the_same_answer(case: Case) -> None:
    assert judge(case, POLICY) == judge(replace(case), Policy())


@given(cases())
def test_what_is_opened_is_logged_for_the_patient_and_nothing_else_is(case: Case) -> None:
    said = judge(case, POLICY)
    assert said.log.access_log is not said.denied
    assert (said.log.activity is None) is said.denied
    assert said.log.review or said.log.activity != "Nödöppning"


@given(cases(), st.text(max_size=12))
def test_strangers_are_let_in_nowhere(case: Case, kind: str) -> None:
    assume(kind not in set(ActorKind))
    said = judge(replace(case, actor=replace(case.actor, kind=kind)), POLICY)
    assert (said.denied, said.reason) == (True, Reason.INVALID_CONTEXT)


@given(cases(), st.text(max_size=12))
def test_a_kind_of_information_that_nobody_knows_is_for_nobody(case: Case, info_type: str) -> None:
    assume(info_type not in CLINICAL_TYPES | META_TYPES | {"message", "access_log"})
    unknown = replace(case, resource=replace(case.resource, info_type=info_type))
    assert judge(unknown, POLICY).denied


@given(cases(), st.data())
def test_a_block_never_opens_anything(case: Case, data: st.DataObject) -> None:
    block = data.draw(blocks(case))
    resource = case.resource
    more = replace(case, resource=replace(resource, blocks=(*resource.blocks, block)))
    assert visible(judge(more, POLICY)) <= visible(judge(case, POLICY))


@given(cases(), st.sampled_from([None, *ConsentStatus]))
def test_losing_a_consent_never_opens_anything(case: Case, after: ConsentStatus | None) -> None:
    assume(after is not ConsentStatus.GIVEN)
    given_consent = replace(
        case.facts.consent or Consent(ConsentStatus.GIVEN), status=ConsentStatus.GIVEN
    )
    with_it = replace(case, facts=replace(case.facts, consent=given_consent))
    lost = None if after is None else replace(given_consent, status=after)
    without = replace(case, facts=replace(case.facts, consent=lost))
    assert visible(judge(without, POLICY)) <= visible(judge(with_it, POLICY))


Worsen = Callable[[Case], Case]


def subject(**said: object) -> Worsen:
    return lambda case: replace(case, subject=replace(case.subject, **said))


def actor(**said: object) -> Worsen:
    return lambda case: replace(case, actor=replace(case.actor, **said))


def resource(**said: object) -> Worsen:
    return lambda case: replace(case, resource=replace(case.resource, **said))


def facts(**said: object) -> Worsen:
    return lambda case: replace(case, facts=replace(case.facts, **said))


def without_rights(case: Case) -> Case:
    if case.actor.commission is None:
        return case
    bare = replace(case.actor.commission, rights=case.actor.commission.rights[1:])
    return replace(case, actor=replace(case.actor, commission=bare))


def revoked(case: Case) -> Case:
    if case.facts.grant is None:
        return case
    grant = replace(case.facts.grant, revoked_at=case.now)
    return replace(case, facts=replace(case.facts, grant=grant))


AGAINST = [
    subject(sealed=True),
    subject(login_locked=True),
    subject(deceased=True),
    subject(protected=Protection.SEKRETESSMARKERING),
    actor(loa="loa2"),
    actor(acting_for=None),
    actor(commission=None),
    actor(hsa_id=None),
    actor(role=""),
    without_rights,
    resource(approved_for_patient=None),
    resource(approved_for_patient=False),
    resource(secrecy=frozenset(Secrecy)),
    resource(made_available_under="2:6"),
    resource(available_svod=False),
    resource(sensitive_unit=True),
    resource(sharing=PRIVATE),
    facts(relation=None),
    facts(grant=None),
    facts(guardian=None),
    facts(early_access=None),
    facts(incapacity_attested=False),
    facts(dependencies=Dependencies()),
    revoked,
]


@given(cases(), st.sampled_from(AGAINST))
def test_what_speaks_against_never_opens_anything(case: Case, worsen: Worsen) -> None:
    before, after = judge(case, POLICY), judge(worsen(case), POLICY)
    assert visible(after) <= visible(before)


@given(cases())
def test_nobody_but_the_person_reads_without_being_let_in(case: Case) -> None:
    """No register says anything: then only one's own is left, and what one's own employer has."""
    said = judge(replace(case, facts=Facts()), POLICY)
    staff_logs = {Reason.LOG_REVIEW, Reason.BLOCK_ADMIN}
    assert said.denied or said.reason in {Reason.SELF} | staff_logs
    assert said.reason is not Reason.SELF or case.actor.person == case.subject.person


@given(cases())
def test_what_somebody_has_written_for_themself_is_nobody_elses(case: Case) -> None:
    private = replace(case, resource=replace(case.resource, sharing=PRIVATE))
    said = judge(private, POLICY)
    logs = {Reason.LOG_REVIEW, Reason.BLOCK_ADMIN}
    assert said.denied or said.reason in {Reason.SELF, Reason.SELF_EARLY_ACCESS} | logs


@given(cases())
def test_omsorg_never_reads_healthcare_but_by_consent(case: Case) -> None:
    """SVOD 3 kap. 4-6 §§: neither emergency nor incapacity opens healthcare to omsorg."""
    assume(case.resource.info_type in CLINICAL_TYPES)
    omsorg = replace(case.actor, kind=ActorKind.STAFF, side=Side.OMSORG)
    # A record of care: what a person has written themself is theirs to share with whom they like.
    vard = replace(case.resource, side=Side.VARD, sharing=None)
    said = judge(replace(case, actor=omsorg, resource=vard), POLICY)
    given_now = case.facts.consent and case.facts.consent.status is ConsentStatus.GIVEN
    assert said.denied or given_now
