"""DocumentReference that is a plan, as our CarePlan with attachments.

Source: Inera Core 0.2.0, which maps GetCarePlans to DocumentReference where EHDS-TK has CarePlan;
hl7.org/fhir/R4/documentreference.html. A document's address is told and never fetched.
"""

import binascii
import re
from base64 import b64decode
from typing import Final

from stodtjanster.information import Attachment, CarePlan
from stodtjanster.sources.kit.fhir.appointments import check
from stodtjanster.sources.kit.fhir.care_plans import KIND_SYSTEM, kind_of, own_keys, unit_name
from stodtjanster.sources.kit.fhir.scope import Labels, Scope, approved, keys
from stodtjanster.sources.kit.fhir.values import (
    Json,
    SetAside,
    Unreadable,
    as_list,
    codings,
    days,
    first_of,
    first_text,
    matches,
    recorded,
)

TYPES: Final = (f"{KIND_SYSTEM}|",)
"""Which documents are plans, as tokens of `type` or `category`."""
MAX_ATTACHMENT: Final = 4 * 2**20
"""Bytes, decoded, as for plans through RIV-TA."""
MOST_ATTACHMENTS: Final = 50
_SHOWN = frozenset({"current"})
_OTHER = frozenset({"superseded", "entered-in-error"})
_UNFINISHED = frozenset(
    {"registered", "partial", "preliminary", "entered-in-error", "cancelled", "deprecated"}
)
_MEDIA_TYPE = re.compile(r"([a-z]{1,20}/[a-z0-9.+-]{1,60})(\s*;.*)?", re.ASCII | re.DOTALL)
_ADDRESS = re.compile(r"https?://\S{1,2000}", re.IGNORECASE)


def plan_document(resource: Json, identity: str, labels: Labels, scope: Scope) -> tuple[CarePlan]:
    """Raises SetAside for a document that is no plan, or not finished."""
    check(resource.get("status"), _SHOWN, _OTHER)
    said = [*as_list(resource.get("type")), *as_list(resource.get("category"))]
    if not matches(said, scope.plan_documents):
        raise SetAside("not a plan")
    if resource.get("docStatus") in _UNFINISHED:
        raise SetAside("docStatus not final")
    subject = scope.whose(resource.get("subject"), resource)
    attachments = _attachments(resource)
    custodian = resource.get("custodian")
    authors = as_list(resource.get("author"))
    keeper = scope.meant(custodian, resource)
    writers = [scope.meant(one, resource) for one in authors]
    # R4 keeps the time that a document is about in `context`.
    context = resource.get("context")
    within = context.get("period") if isinstance(context, dict) else None
    first, last = days(resource.get("period") or within)
    made = recorded(resource.get("date"))
    title = resource.get("description") or _title(resource)
    return (
        CarePlan(
            subject=subject,
            origin=scope.origin(
                resource,
                identity,
                labels.approved and approved(_security(resource)),
                made,
                first_of(one.unit for one in (keeper, *writers)),
                scope.told(unit_name((keeper, *writers)), resource),
            ),
            kind=kind_of(said),
            kind_text=scope.told(first_text(said), resource),
            title=scope.told(title, resource),
            owner=scope.told(keeper.name, resource),
            responsible=scope.told(first_of(one.name for one in writers), resource),
            first=first,
            last=last,
            authored=made,
            attachments=attachments,
            keys=frozenset((f"{scope.system}|{identity}", *_own_keys(resource))),
            parents=tuple(
                key
                for reference in as_list(resource.get("basedOn"))
                for key in keys(reference, scope)
            ),
        ),
    )


def superseded(resource: Json, scope: Scope) -> tuple[str, ...]:
    """The names of the older documents that this one takes the place of."""
    return tuple(
        key
        for relation in as_list(resource.get("relatesTo"))
        if _replaces(relation.get("code"))
        for key in keys(relation.get("target") or {}, scope)
    )


def _replaces(code: object) -> bool:
    """R4 has a code, R5 a concept."""
    return code == "replaces" or (
        isinstance(code, dict) and any(one == "replaces" for _, one in codings(code))
    )


def _security(resource: Json) -> list[Json]:
    """The labels of the document itself, beside those of the resource."""
    return [
        label
        for concept in as_list(resource.get("securityLabel"))
        for label in as_list(concept.get("coding"))
    ]


def _own_keys(resource: Json) -> tuple[str, ...]:
    master = resource.get("masterIdentifier")
    named = [*as_list(master), *as_list(resource.get("identifier"))]
    return own_keys({**resource, "identifier": named})


def _title(resource: Json) -> str | None:
    return first_of(_content(one).get("title") for one in as_list(resource.get("content")))


def _content(content: Json) -> Json:
    found: Json = content.get("attachment") or {}
    return found


def _attachments(resource: Json) -> tuple[Attachment, ...]:
    contents = as_list(resource.get("content"))
    if len(contents) > MOST_ATTACHMENTS:
        raise Unreadable("too many attachments")
    read = (_attachment(_content(one)) for one in contents)
    return tuple(one for one in read if one is not None)


def _attachment(attachment: Json) -> Attachment | None:
    """None for one without content and address: there is nothing to give."""
    data, url = attachment.get("data"), attachment.get("url")
    if not data and not url:
        return None
    said = _MEDIA_TYPE.fullmatch((attachment.get("contentType") or "").strip().lower())
    if said is None:
        raise Unreadable("an attachment without media type")
    if data:
        return Attachment(said[1], content=_decoded(data))
    if not isinstance(url, str) or not _ADDRESS.fullmatch(url):
        raise Unreadable("an attachment that is not at a web address")
    return Attachment(said[1], reference=url)


def _decoded(data: str) -> bytes:
    if len(data) * 3 // 4 > MAX_ATTACHMENT + 2:
        raise Unreadable("an attachment too large")
    try:
        return b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable("an attachment that is not base64") from None
