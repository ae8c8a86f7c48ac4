"""Sentences put together from parts: true of what happened, and whole in every language."""

import re

import pytest

from portal.i18n import LANGUAGES, Speaker
from stodtjanster.catalogue import Directory, OwnerKind, Unit
from stodtjanster.model import Cause, Outcome, Report
from views.kit.notices import SourceNotice, notices_of

WHO = "Sjöviks kommun"
KINDS = ("appointment", "care_plan", "agreement", "something_new")
DIRECTORY = Directory([Unit("sjovik", WHO, WHO, OwnerKind.KOMMUN)])
TROUBLES = {
    "silent": (Outcome.NO_DATA_SYNCH_FAILED, Cause.TIMEOUT, 0),
    "copy": (Outcome.DATA_FROM_CACHE_SYNCH_FAILED, Cause.TIMEOUT, 0),
    "rows": (Outcome.DATA_FROM_SOURCE, None, 2),
    "partial": (Outcome.DATA_FROM_SOURCE, Cause.PARTIAL, 0),
    "unconnected": (Outcome.NOT_ASKED, Cause.NOT_CONNECTED, 0),
    "paused": (Outcome.NOT_ASKED, Cause.SWITCHED_OFF, 0),
    "refused": (Outcome.NOT_ASKED, Cause.NOT_PERMITTED, 0),
    "busy": (Outcome.NO_DATA_SYNCH_FAILED, Cause.BUSY, 0),
    "failed": (Outcome.NO_DATA_SYNCH_FAILED, Cause.FAILED, 0),
    "consent": (Outcome.NOT_ASKED, Cause.NO_CONSENT, 0),
    "blocked": (Outcome.NOT_ASKED, Cause.BLOCKED, 0),
    "unchecked": (Outcome.NOT_ASKED, Cause.UNCHECKED, 0),
}


# Told without saying whose it is.
ANONYMOUS = {"consent", "blocked", "unchecked"}


def notice(
    trouble: str, *kinds: str, language: str = "sv", source: str | None = None
) -> SourceNotice:
    outcome, cause, rejected = TROUBLES[trouble]
    if source is None:
        source = "" if trouble in ANONYMOUS else "sjovik"
    reports = [
        Report(source, source, kind, outcome, cause=cause, rejected=rejected) for kind in kinds
    ]
    (only,) = notices_of(reports, DIRECTORY, Speaker(LANGUAGES[language]))
    return only


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_every_sentence_is_whole(trouble, language):
    for count in range(1, len(KINDS) + 1):
        said = notice(trouble, *KINDS[:count], language=language)
        sentences = (f"{said.heading}.", *re.split(r"(?<=\.) ", said.consequence))
        assert not re.search(r"[{}%]|\s{2}", " ".join((*sentences, said.fact)))
        assert all(not one[0].islower() and one.endswith(".") for one in sentences)
        assert not said.fact.endswith(".")


def test_english_has_no_swedish_word_left():
    for trouble in TROUBLES:
        said = notice(trouble, *KINDS, language="en")
        text = f"{said.heading} {said.consequence} {said.fact}".replace(WHO, "")
        assert text.isascii()


def test_what_is_denied_is_joined_by_or_and_what_is_whole_by_and():
    assert notice("unconnected", "appointment", "care_plan").heading == (
        "Sjöviks kommun delar inte tider eller planer här ännu"
    )
    assert notice("silent", "appointment", "care_plan").heading == (
        "Vi kunde inte hämta tider eller planer från Sjöviks kommun"
    )
    assert notice("partial", "appointment", "care_plan", "agreement").heading == (
        "Vi fick inte alla tider, planer och överenskommelser från Sjöviks kommun"
    )


def test_one_unit_that_shares_nothing_does_not_speak_for_its_region():
    clinic = Unit("SE-1", "Psykiatrimottagningen", "Region Nordmark", OwnerKind.REGION)
    report = Report("ntjp", "SE-1", "appointment", Outcome.NOT_ASKED, cause=Cause.NOT_CONNECTED)
    (said,) = notices_of([report], Directory([clinic]), Speaker(LANGUAGES["sv"]))
    assert said.heading == "Psykiatrimottagningen delar inte tider här ännu"


def test_what_nobody_shares_names_nobody():
    said = notice("unconnected", "appointment", source="")
    assert said.heading == "Ingen delar tider här ännu"
    assert WHO not in said.fact


def test_a_source_that_we_paused_is_not_said_not_to_share():
    said = notice("paused", "appointment")
    assert said.heading == "Vi hämtar inte tider från Sjöviks kommun just nu"
    assert said.tone == "info"
    assert "delar inte" not in f"{said.heading} {said.consequence} {said.fact}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("trouble", sorted(ANONYMOUS))
def test_what_is_withheld_from_staff_names_nobody(trouble, language):
    said = notice(trouble, *KINDS, language=language, source="sjovik")
    assert WHO not in f"{said.heading} {said.consequence} {said.fact}"


@pytest.mark.parametrize("trouble", ["busy", "failed"])
def test_our_own_fault_is_not_laid_on_the_source(trouble):
    said = notice(trouble, "appointment")
    assert said.consequence.startswith("Felet ligger hos oss.")
    assert "svarade" not in f"{said.heading} {said.fact}"


def test_kinds_without_a_noun_of_their_own_are_information():
    assert notice("silent", "something_new").heading == (
        "Vi kunde inte hämta uppgifter från Sjöviks kommun"
    )
