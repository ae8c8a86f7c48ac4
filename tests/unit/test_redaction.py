"""What a page may not have, or does not need, is gone before it leaves the service."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from stodtjanster.access import Permit, Policy, decide
from stodtjanster.information import (
    AccessLog,
    Activity,
    Appointment,
    Attachment,
    CarePlan,
    CarePlanKind,
    CarePlanStatus,
    CareService,
    Goal,
    Item,
    Opener,
    OwnEntry,
    Participant,
    VisitForm,
)
from stodtjanster.model import HsaId, Open, Origin, Protection, Timed, Told
from tests.fetching import ANNA, NOON, appointment, situation

MARK = "FÅR EJ VISAS"
TIME_AND_PLACE = ("start", "end", "status", "location")


def secret(name: str) -> Told:
    return Told(f"{MARK}: {name}")


def booked(**changes) -> Appointment:
    said = {
        "title": secret("title"),
        "who": (secret("who"),),
        "unit": secret("unit"),
        "place": Told("Plan 3"),
        "form": VisitForm.VISIT,
        "instruction": secret("instruction"),
        "reason": secret("reason"),
        "previous": Open(),
        "invitation": True,
        "recurring": True,
    }
    made = appointment()
    origin = replace(
        made.origin, unit_name=secret("unit"), care_unit=HsaId("TSTNMT2321000156-PSA1")
    )
    return replace(made, origin=origin, **(said | changes))


def own_permit(*kinds: type[Item], no_more_than: tuple[str, ...] | None = None) -> Permit:
    return decide(situation(), kinds, reach="r", no_more_than=no_more_than)


def test_of_a_time_only_time_and_place_are_left() -> None:
    item = booked()
    shown = own_permit(Appointment, no_more_than=TIME_AND_PLACE).shown(item)
    assert isinstance(shown, Appointment)
    assert MARK not in repr(shown)
    assert shown.origin.care_unit is None
    assert (shown.when, shown.place, shown.form) == (item.when, item.place, item.form)
    assert (shown.recurring, shown.invitation, shown.previous) == (True, False, None)
    assert shown.origin.identity == item.origin.identity


@pytest.mark.parametrize("left_out", TIME_AND_PLACE)
def test_what_stands_for_two_fields_is_kept_when_both_are(left_out: str) -> None:
    shown = booked().redacted([name for name in TIME_AND_PLACE if name != left_out])
    if left_out in ("start", "end"):
        assert shown is None, "a time without its time is none"
        return
    assert shown is not None
    assert (shown.place is None) == (left_out == "location")


def test_the_unit_is_told_where_that_is_kept() -> None:
    shown = booked().redacted((*TIME_AND_PLACE, "unit_name"))
    assert shown is not None
    assert shown.unit is not None
    assert shown.origin.unit_name is not None


def test_what_is_dropped_is_gone_and_the_rest_is_there() -> None:
    shown = booked().redacted(None, ("location", "address", "phone"))
    assert shown is not None
    assert (shown.place, shown.form) == (None, VisitForm.UNKNOWN)
    assert shown.title is not None
    assert shown.origin.care_unit is not None


def test_a_kind_that_does_not_know_how_shows_nothing() -> None:
    assert CareService.rule_fields == {}
    made = own_permit(CareService, no_more_than=TIME_AND_PLACE)
    assert made.granted == {CareService}
    assert booked().rule_fields
    assert Item(subject=ANNA, origin=booked().origin).redacted(TIME_AND_PLACE) is None


def test_ones_own_time_loses_its_words_too() -> None:
    said = {field.name: getattr(booked(), field.name) for field in fields(Appointment)}
    origin = replace(said["origin"], approved_for_patient=True)
    entry = OwnEntry(**said | {"origin": origin}, version=3, changed=NOON)
    shown = own_permit(OwnEntry, no_more_than=TIME_AND_PLACE).shown(entry)
    assert isinstance(shown, OwnEntry)
    assert MARK not in repr(shown)


def a_plan(**changes) -> CarePlan:
    said = {
        "subject": ANNA,
        "origin": replace(
            booked().origin,
            unit_name=Told("Enheten"),
            care_unit=HsaId("TSTNMT2321000156-BJOR"),
            approved_for_patient=True,
        ),
        "title": Told("Hemma igen"),
        "status": CarePlanStatus.ACTIVE,
    }
    return CarePlan(**(said | changes))


def test_of_a_plan_only_title_status_and_unit_are_left() -> None:
    told = a_plan(
        kind=CarePlanKind.SPLPTLRV,
        kind_text=secret("kind"),
        owner=secret("owner"),
        responsible=secret("responsible"),
        participants=(Participant(secret("participant")),),
        own_words=(secret("own words"),),
        goals=(Goal(secret("goal")),),
        activities=(Activity(secret("activity")),),
        attachments=(Attachment("text/plain", MARK.encode()),),
        first=NOON.date(),
        follow_up=NOON.date(),
        keys=frozenset({MARK}),
        children=(MARK,),
    )
    shown = told.redacted(Policy().plan_headline_fields)
    assert shown == a_plan()


@pytest.mark.parametrize(("field", "gone"), [("title", "title"), ("status", "status")])
def test_what_of_a_plan_is_not_kept_is_gone(field: str, gone: str) -> None:
    kept = [name for name in Policy().plan_headline_fields if name != field]
    shown = a_plan().redacted(kept)
    empty = CarePlan(subject=ANNA, origin=a_plan().origin)
    assert shown is not None
    assert getattr(shown, gone) == getattr(empty, gone)


def test_the_unit_of_a_plan_is_told_only_where_that_is_kept() -> None:
    shown = a_plan().redacted(["title", "status"])
    assert shown is not None
    assert (shown.origin.care_unit, shown.origin.unit_name) == (None, None)


def test_an_implementation_plan_is_that_to_the_rules() -> None:
    assert a_plan(kind=CarePlanKind.GP).ruled_as == "implementation_plan"
    assert a_plan(kind=CarePlanKind.SIP).ruled_as == CarePlan.info_type


def test_less_is_needed_also_when_it_is_logged() -> None:
    made = own_permit(Appointment, no_more_than=TIME_AND_PLACE)
    assert made.logged("log-1").no_more_than == TIME_AND_PLACE


def test_of_what_is_looked_up_nothing_is_left_out_since_nobody_is_shown_it() -> None:
    made = own_permit(Appointment, no_more_than=TIME_AND_PLACE)
    assert made.to_look_up().no_more_than is None


def test_whereabouts_of_the_protected_are_gone_whatever_is_needed() -> None:
    who = situation()
    hidden = replace(who, subject=replace(who.subject, protected=Protection.UNKNOWN))
    made = decide(hidden, [Appointment], reach="r", no_more_than=TIME_AND_PLACE)
    shown = made.shown(booked())
    assert isinstance(shown, Appointment)
    assert shown.place is None


def reading(**changes) -> AccessLog:
    said = {
        "subject": ANNA,
        "origin": Origin("log", "log", "1", "GetAccessLogsForPatient", NOON),
        "when": Timed(NOON - timedelta(days=1)),
        "opener": Opener.CARE,
        "provider": Told("Region Nordmark"),
        "unit": Told("Akutmottagningen"),
        "purpose": Told("Vård och behandling"),
        "resource": Told("Journal"),
    }
    return AccessLog(**(said | changes))


def test_a_reading_is_shown_with_the_fields_that_the_rules_keep() -> None:
    said = own_permit(AccessLog).admits(reading())
    assert said.keep == Policy().access_log_fields
    assert own_permit(AccessLog).shown(reading()) == reading()


def test_every_field_of_a_reading_is_one_that_the_rules_keep() -> None:
    """A field that somebody adds is not shown before it has a name in the rules."""
    named = {field for said in AccessLog.rule_fields.values() for field in said}
    assert named | {"subject", "origin"} == {field.name for field in fields(AccessLog)}
    assert set(AccessLog.rule_fields) == set(Policy().access_log_fields)
