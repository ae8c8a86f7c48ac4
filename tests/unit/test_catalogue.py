"""Units as configuration knows them, and as the national catalogue does."""

from datetime import UTC, datetime, time, timedelta

import pytest

from stodtjanster.catalogue import Directory, Entries, Entry, Hours, Naming, OwnerKind, Unit
from stodtjanster.catalogue.entries import MAX_WANTED
from stodtjanster.catalogue.phones import readable
from stodtjanster.model import HsaId, Origin, Outcome, Report, Told

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
CLINIC = HsaId("TSTNMT2321000156-BJOR")
PROVIDER = HsaId("TSTNMT2321000156-RNVG")
HOURS = (Hours(1, 5, time(8), time(17)),)
KNOWN = Unit(
    CLINIC.value,
    "Björkbacken",
    "Region Nordmark",
    OwnerKind.REGION,
    "0980-319 200",
    Told("Vardagar"),
)
REGION = Unit(PROVIDER.value, "Regionen", "Region Nordmark", OwnerKind.REGION, "0980-319 201")
ENTRY = Entry(
    CLINIC,
    Told("Björkbackens vårdcentral"),
    NOW,
    provider=PROVIDER,
    owner=Told("Nordmarks region"),
    phone="+46980319210",
    street=Told("Björkvägen 12"),
    town=Told("Sjövik"),
    open_hours=HOURS,
    phone_hours=HOURS,
)
TOLD = Unit(
    CLINIC.value,
    "Björkbackens vårdcentral",
    "Region Nordmark",
    OwnerKind.REGION,
    "0980-319 210",
    None,
    Told("Björkvägen 12, Sjövik"),
    HOURS,
    HOURS,
    NOW,
)


def origin(unit: HsaId | None = CLINIC) -> Origin:
    return Origin("ntjp", "TSTNMT2321000156-NORD", "1", "test", NOW, care_unit=unit)


def looked_up(*units: Unit, entry: Entry = ENTRY) -> Directory:
    entries = Entries()
    entries.learn(CLINIC, entry, again=LATER)
    return Directory(units, entries)


def test_only_units_that_can_be_rung_are_found_by_name() -> None:
    known = Directory(
        [
            Unit("SE2321000230-1001", "Björkbackens vårdcentral", "Region Nordmark", phone="1"),
            Unit("SE2321000230-1002", "Askens vårdcentral", "Region Nordmark", phone="2"),
            Unit("SE2321000230-1003", "Stumma vårdcentralen", "Region Nordmark"),
            Unit("ntjp", "vårdcentralernas system", "Region Nordmark", phone="3"),
        ]
    )
    names = [unit.name for unit in known.named(["VÅRDCENTRAL", "nordmark"])]
    assert names == ["Askens vårdcentral", "Björkbackens vårdcentral"]
    assert known.named(["vårdcentral", "sydkust"]) == ()
    assert known.named([]) == ()


class TestDirectory:
    def test_until_the_catalogue_has_said_something_configuration_stands(self) -> None:
        assert Directory([KNOWN], Entries()).of(origin()) == KNOWN
        assert Directory([KNOWN]).of(origin()) == KNOWN

    def test_what_the_catalogue_says_goes_before(self) -> None:
        assert looked_up(KNOWN).of(origin()) == TOLD
        assert looked_up(KNOWN).find(CLINIC.value.lower()) == TOLD

    def test_a_unit_that_is_not_configured_belongs_to_its_provider(self) -> None:
        assert looked_up(REGION).of(origin()) == TOLD

    def test_a_unit_of_which_nothing_is_configured(self) -> None:
        unit = looked_up().of(origin())
        assert (unit.owner, unit.kind) == ("Nordmarks region", OwnerKind.OTHER)
        bare = looked_up(entry=Entry(CLINIC, Told("Kliniken"), NOW)).of(origin())
        assert bare == Unit(CLINIC.value, "Kliniken", "Kliniken")

    def test_what_the_catalogue_leaves_out_is_taken_from_configuration(self) -> None:
        unit = looked_up(KNOWN, entry=Entry(CLINIC, Told("Kliniken"), NOW)).of(origin())
        assert (unit.phone, unit.opening) == (KNOWN.phone, KNOWN.opening)

    def test_a_report_is_of_the_unit_too(self) -> None:
        told = Report("ntjp", CLINIC.value, "appointment", Outcome.DATA_FROM_SOURCE)
        assert looked_up(KNOWN).behind(told) == TOLD

    def test_the_keys_of_our_own_sources_are_not_looked_up(self) -> None:
        entries = Entries()
        directory = Directory([Unit("listing-tstnmt2321000156-rnvg", "a", "b")], entries)
        assert directory.find("listing-tstnmt2321000156-rnvg") is not None
        directory.find("https://127.0.0.1/fhir")
        directory.find("")
        assert entries.next_wanted(NOW) is None


class TestNaming:
    """Of a report: which unit is behind it says where there is something about a person."""

    SOURCE = Unit("ntjp", "regionerna", "regionerna", OwnerKind.REGION)
    FAILED = Report("ntjp", CLINIC.value, "appointment", Outcome.NO_DATA_SYNCH_FAILED)

    def directory(self, *more: Unit, naming: Naming) -> Directory:
        known = [self.SOURCE, KNOWN, *more]
        return Directory(known, providers={"Region Nordmark": PROVIDER}).naming(naming)

    @pytest.mark.parametrize(
        ("naming", "told"),
        [(Naming.UNIT, KNOWN), (Naming.OWNER, REGION), (Naming.SOURCE, SOURCE)],
    )
    def test_a_report_is_called_as_far_as_the_reader_may_know(
        self, naming: Naming, told: Unit
    ) -> None:
        assert self.directory(REGION, naming=naming).behind(self.FAILED) == told

    @pytest.mark.parametrize("naming", [Naming.OWNER, Naming.SOURCE])
    def test_a_system_that_nobody_knows_is_called_by_its_source(self, naming: Naming) -> None:
        report = Report("ntjp", "SE-PSYK", "appointment", Outcome.DATA_FROM_SOURCE)
        assert self.directory(naming=naming).behind(report) == self.SOURCE
        unknown = Report("other", "SE-PSYK", "appointment", Outcome.DATA_FROM_SOURCE)
        assert self.directory(naming=naming).behind(unknown).name == "other"

    def test_an_owner_that_nobody_knows_may_be_the_unit_itself(self) -> None:
        alone = Unit("SE-PSYK", "Psykiatrin", "Psykiatrin")
        report = Report("ntjp", alone.key, "appointment", Outcome.NO_DATA_SYNCH_FAILED)
        assert self.directory(alone, naming=Naming.OWNER).behind(report) == self.SOURCE

    def test_what_is_lacking_for_everybody_is_told_of_by_name(self) -> None:
        never = Report("ntjp", CLINIC.value, "appointment", Outcome.NOT_ASKED)
        assert self.directory(naming=Naming.SOURCE).behind(never) == KNOWN
        tried = Report("ntjp", CLINIC.value, "appointment", Outcome.NOT_ASKED, NOW)
        assert self.directory(naming=Naming.SOURCE).behind(tried) == self.SOURCE

    def test_records_keep_their_units(self) -> None:
        assert self.directory(naming=Naming.SOURCE).of(origin()) == KNOWN


class TestDiscretion:
    """Of whoever's identity is protected: no address, no phone, no place."""

    def test_nothing_tells_where_a_unit_is(self) -> None:
        directory = looked_up(KNOWN).discreetly()
        hidden = Unit(CLINIC.value, TOLD.name, TOLD.owner, TOLD.kind)
        assert directory.of(origin()) == hidden
        assert directory.find(CLINIC.value) == hidden

    def test_also_not_what_is_configured(self) -> None:
        unit = Directory([KNOWN]).discreetly().of(origin())
        assert unit == Unit(KNOWN.key, KNOWN.name, KNOWN.owner, KNOWN.kind)

    def test_who_did_not_answer_can_still_be_rung(self) -> None:
        failed = Report("ntjp", PROVIDER.value, "appointment", Outcome.NO_DATA_SYNCH_FAILED)
        assert Directory([REGION]).discreetly().behind(failed) == REGION

    def test_the_directory_itself_goes_on_as_it_was(self) -> None:
        directory = looked_up(KNOWN)
        directory.discreetly()
        assert directory.of(origin()) == TOLD


class TestEntries:
    def test_a_unit_that_somebody_meets_is_looked_up_once(self) -> None:
        entries = Entries()
        assert entries.next_wanted(NOW) is None
        for _ in range(3):
            assert entries.get(CLINIC) is None
        assert entries.next_wanted(NOW) == CLINIC
        assert entries.next_wanted(NOW) is None

    def test_what_is_fresh_is_not_looked_up_and_what_is_old_is_told_meanwhile(self) -> None:
        entries = Entries()
        entries.learn(CLINIC, ENTRY, again=LATER)
        assert entries.get(CLINIC) == ENTRY
        assert entries.next_wanted(LATER - timedelta(seconds=1)) is None
        assert entries.get(CLINIC) == ENTRY
        assert entries.next_wanted(LATER) == CLINIC
        assert entries.get(CLINIC) == ENTRY

    def test_a_unit_that_the_catalogue_has_not_is_not_asked_about_again_at_once(self) -> None:
        entries = Entries()
        entries.learn(CLINIC, None, again=LATER)
        assert entries.get(CLINIC) is None
        assert entries.next_wanted(NOW) is None

    def test_a_catalogue_that_does_not_answer_takes_nothing_away(self) -> None:
        entries = Entries()
        entries.learn(CLINIC, ENTRY, again=NOW)
        entries.put_off(CLINIC, again=LATER)
        assert entries.get(CLINIC) == ENTRY
        assert entries.next_wanted(NOW) is None
        entries.put_off(PROVIDER, again=LATER)
        assert entries.get(PROVIDER) is None

    def test_there_is_an_end_to_what_is_wanted(self) -> None:
        entries = Entries()
        for number in range(MAX_WANTED + 10):
            entries.get(HsaId(f"TSTNMT2321000156-{number}"))
        wanted = 0
        while entries.next_wanted(NOW) is not None:
            wanted += 1
        assert wanted == MAX_WANTED


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("0980319200", "0980-319 200"),
        ("+46980319200", "0980-319 200"),
        ("0046980319200", "0980-319 200"),
        ("+46701740605", "070-174 06 05"),
        ("0980-319 200", "0980-319 200"),
        ("1177", "1177"),
        ("112", "112"),
        ("växeln", "växeln"),
        ("+99900000000", "+99900000000"),
        ("", ""),
    ],
)
def test_a_number_is_written_as_people_read_it(kept: str, read: str) -> None:
    assert readable(kept) == read


@pytest.mark.parametrize(
    ("digits", "area", "rest"),
    [
        (f"08{9 * '0'}"[:length], "08", written)
        for length, written in ((8, "000 000"), (9, "000 00 00"), (10, "000 000 00"))
    ]
    + [
        (f"031{9 * '0'}"[:length], "031", written)
        for length, written in ((8, "000 00"), (9, "000 000"), (10, "000 00 00"))
    ],
)
def test_areas_have_codes_of_their_own_length(digits: str, area: str, rest: str) -> None:
    """Digits alone, all zero: no number that anybody has."""
    assert readable(digits) == f"{area}-{rest}"
