"""Task and ServiceRequest that tell of a referral, as our ReferralStatus.

Inera EHDS-TK 0.3.3 makes a Task of each row of GetRequestActivities, and a ServiceRequest of the
referral itself. The code of the step, where one is sent, is KV Status vårdbegäran in
`businessStatus` or `code`; `Task.status` says less, in the words of that guide.
"""

from datetime import datetime
from typing import Final

from stodtjanster.information import ReferralKind, ReferralStatus, ReferralStep
from stodtjanster.model import Told
from stodtjanster.sources.kit.fhir.appointments import check
from stodtjanster.sources.kit.fhir.care_plans import check_intent, own_keys
from stodtjanster.sources.kit.fhir.care_services import DECIDED, UNDECIDED
from stodtjanster.sources.kit.fhir.scope import UNITS, Labels, Scope, care_unit, keys
from stodtjanster.sources.kit.fhir.values import (
    Json,
    SetAside,
    Unreadable,
    as_list,
    codings,
    concept_text,
    first_of,
    first_text,
    matches,
    recorded,
)
from stodtjanster.sources.kit.identifiers import is_record, record_key, source_system
from stodtjanster.sources.kit.referral_steps import CODES, KINDS, STEPS, step_name

STEP_SYSTEM: Final = f"urn:oid:{CODES}"
TYPES: Final = (f"{STEP_SYSTEM}|", "http://snomed.info/sct|3457005", "remiss")
"""How a Task or ServiceRequest says that it is about a referral. Only the first is agreed in
Sweden, so a source may be set up with its own."""
_KIND_SYSTEM: Final = f"urn:oid:{KINDS}"
_STEPS: Final = {step.value: step for step in STEPS}
_KINDS: Final = {kind.value: kind for kind in ReferralKind if kind is not ReferralKind.UNKNOWN}
_TASK_STEPS: Final = {
    "requested": (ReferralStep.SENT, STEPS[ReferralStep.SENT]),
    "received": (ReferralStep.RECEIVED, STEPS[ReferralStep.RECEIVED]),
    "rejected": (ReferralStep.REJECTED, STEPS[ReferralStep.REJECTED]),
    "accepted": (ReferralStep.UNKNOWN, Told("accepterad")),
    "ready": (ReferralStep.UNKNOWN, Told("accepterad")),
    "in-progress": (ReferralStep.UNKNOWN, Told("under utredning")),
    "on-hold": (ReferralStep.UNKNOWN, Told("vilande")),
    "completed": (ReferralStep.UNKNOWN, Told("besvarad")),
    "cancelled": (ReferralStep.UNKNOWN, Told("avbruten")),
}
_TASK_OTHER: Final = frozenset({"draft", "failed", "entered-in-error"})
_REQUEST_SHOWN: Final = frozenset({"active", "on-hold", "completed", "ended"})
_REQUEST_OTHER: Final = frozenset({"draft", "revoked", "entered-in-error", "unknown"})


def is_referral(resource: Json, scope: Scope) -> bool:
    """A row about a referral, by its codes; every row, where the source is set up without codes."""
    if not scope.referrals:
        return True
    said = [
        concept
        for name in ("code", "category", "businessStatus")
        for concept in as_list(resource.get(name))
    ]
    return matches(said, scope.referrals)


def activity(resource: Json, identity: str, labels: Labels, scope: Scope) -> tuple[ReferralStatus]:
    """A Task: the step that the referral has come to."""
    status = check(resource.get("status"), frozenset(_TASK_STEPS), _TASK_OTHER)
    if resource.get("doNotPerform"):
        raise SetAside("not to be performed")
    return (
        _status(
            resource,
            identity,
            labels,
            scope,
            whose=resource.get("for"),
            taken=_step(resource, scope) or _TASK_STEPS[status],
            at=recorded(resource.get("lastModified") or resource.get("authoredOn")),
            receivers=as_list(resource.get("owner")),
        ),
    )


def referral(resource: Json, identity: str, labels: Labels, scope: Scope) -> tuple[ReferralStatus]:
    """A ServiceRequest: that the referral was sent, and when. What became of it, Tasks tell."""
    check(resource.get("status"), _REQUEST_SHOWN, _REQUEST_OTHER)
    check_intent(resource.get("intent"), DECIDED, UNDECIDED)
    if resource.get("doNotPerform"):
        raise SetAside("not to be performed")
    return (
        _status(
            resource,
            identity,
            labels,
            scope,
            whose=resource.get("subject"),
            taken=(ReferralStep.SENT, STEPS[ReferralStep.SENT]),
            at=recorded(resource.get("authoredOn")),
            receivers=as_list(resource.get("performer")),
        ),
    )


def _status(
    resource: Json,
    identity: str,
    labels: Labels,
    scope: Scope,
    *,
    whose: Json | None,
    taken: tuple[ReferralStep, Told],
    at: datetime | None,
    receivers: list[Json],
) -> ReferralStatus:
    subject = scope.whose(whose, resource)
    if at is None:
        raise Unreadable("a referral without time")
    step, text = taken
    requester = scope.meant(resource.get("requester"), resource)
    from_unit = requester.name if requester.kind in UNITS else None
    kind, words = _kind(resource)
    receiver = scope.told(first_of(scope.name(one, resource) for one in receivers), resource)
    return ReferralStatus(
        subject=subject,
        origin=scope.origin(
            resource,
            identity,
            labels.approved,
            at,
            care_unit((*receivers, resource.get("requester")), scope, resource),
            receiver,
            called=_called(resource, step, text, at),
        ),
        step=step,
        text=text,
        at=at,
        kind=kind,
        kind_text=scope.told(words, resource),
        names=frozenset((f"{scope.system}|{identity}", *_names(resource, scope))),
        sender=scope.told(from_unit, resource),
        sent_by=None if from_unit else scope.told(requester.name, resource),
        receiver=receiver,
        plans=tuple(
            key
            for one in as_list(resource.get("basedOn"))
            if scope.kind(one, resource) == "CarePlan"
            for key in keys(one, scope)
        ),
    )


def _step(resource: Json, scope: Scope) -> tuple[ReferralStep, Told] | None:
    """What the code system says, else the words of a businessStatus; None without either."""
    said = [*as_list(resource.get("businessStatus")), *as_list(resource.get("code"))]
    for system, code in codings(said):
        if system == STEP_SYSTEM and code in _STEPS:
            return _STEPS[code], STEPS[_STEPS[code]]
    words = scope.told(first_text(resource.get("businessStatus")), resource)
    return None if words is None else (ReferralStep.UNKNOWN, words)


def _kind(resource: Json) -> tuple[ReferralKind, str | None]:
    """The kind by its code system; of a code that nobody knows there, the words."""
    for concept in [*as_list(resource.get("category")), *as_list(resource.get("code"))]:
        for system, code in codings(concept):
            if system == _KIND_SYSTEM:
                known = _KINDS.get(code)
                return (known, None) if known else (ReferralKind.UNKNOWN, concept_text(concept))
    return ReferralKind.UNKNOWN, None


def _names(resource: Json, scope: Scope) -> tuple[str, ...]:
    """All names of the referral that the row gives: its own, its group's, the request's."""
    sender = scope.meant(resource.get("requester"), resource).unit
    group = as_list(resource.get("groupIdentifier")) + as_list(resource.get("requisition"))
    grouped = (record_key(one.get("system"), one.get("value")) for one in group)
    references = [*as_list(resource.get("focus")), *as_list(resource.get("basedOn"))]
    return (
        *own_keys(resource),
        *(f"{sender}|{number}" for number in _numbers(resource) if sender is not None),
        *(key for key in grouped if key is not None),
        *(
            key
            for reference in references
            if scope.kind(reference, resource) in ("ServiceRequest", None)
            for key in keys(reference, scope)
        ),
    )


def _called(resource: Json, step: ReferralStep, text: Told, at: datetime) -> str | None:
    """The step as GetRequestActivities names it: its identifier there is the referral's."""
    meta = resource.get("meta")
    system = source_system(meta.get("source") if meta else None)
    if system is None:
        return None
    referral = next(iter(_numbers(resource)), None)
    code = text.text if step is ReferralStep.UNKNOWN else step.value
    return None if referral is None else step_name(referral, code, at)


def _numbers(resource: Json) -> list[str]:
    """The referral's numbers as they are written; its sender has given them."""
    return [
        one["value"]
        for one in as_list(resource.get("identifier"))
        if is_record(one.get("system")) and isinstance(one.get("value"), str)
    ]
