"""Invented content for the gallery: one page with everything, one for each honest gap."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from stodtjanster.model.told import Told
from views.kit.cards import (
    Contact,
    Contacts,
    Day,
    EventRow,
    Events,
    FoldedVisits,
    Mark,
    NextUp,
    Part,
    SourceNotice,
    StatusRow,
    WeekDay,
    WeekStrip,
    Why,
)
from views.kit.plan_cards import AgreementRow, PlanNode, Plans, ServiceRow

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 14, 10, tzinfo=STOCKHOLM)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), STOCKHOLM)


def after(days: int) -> date:
    return TODAY + timedelta(days=days)


REGION_WHY = Why(
    source_name="Region Norrbäck",
    unit_name=Told("Handkirurgen, Almnäs sjukhus"),
    fetched_at=NOW,
    from_copy=False,
    ground="Tiden är bokad på dig, och du har loggat in som dig själv.",
    contract_words="Bokade tider, från den nationella tjänsteplattformen",
)
KOMMUN_WHY = Why(
    source_name="Älvsunds kommun",
    unit_name=Told("Hemtjänsten Väster"),
    fetched_at=NOW,
    from_copy=False,
    ground="Besöket gäller dig, och du har loggat in som dig själv.",
    contract_words="Planerade besök, från kommunens verksamhetssystem",
)
COPY_WHY = Why(
    source_name="Region Norrbäck",
    unit_name=Told("Lindens vårdcentral"),
    fetched_at=at(after(-1), 21, 40),
    from_copy=True,
    ground="Tiden är bokad på dig, och du har loggat in som dig själv.",
    contract_words="Bokade tider, från den nationella tjänsteplattformen",
)

SILENT = SourceNotice(
    tone="warning",
    heading="Vi kunde inte hämta tider från Region Fjällmark",
    consequence="Det kan finnas tider som inte syns här.",
    fact="Region Fjällmark svarade inte",
    last_answer=at(after(-1), 21, 40),
    phone="0980-319 240",
    phone_name="Hörselcentralen",
    retry=True,
)
NOT_CONNECTED = SourceNotice(
    tone="info",
    heading="Stenviks kommun delar inte planer ännu",
    consequence="Fråga kommunen om du vill veta mer.",
    fact="Stenviks kommun delar inte planer ännu",
)

DRESSING = EventRow(
    anchor="h-1",
    day=TODAY,
    start=at(TODAY, 15, 30),
    end=at(TODAY, 16),
    approximate=True,
    title=Told("Omläggning av sår"),
    unit=Told("Hemsjukvården Älvsund"),
    who=Told("Leila Haddad, sjuksköterska"),
    place=Told("Hemma hos dig"),
    form="Hembesök",
    form_icon="home",
    mark=Mark.KOMMUN,
    why=KOMMUN_WHY,
)
SURGERY = EventRow(
    anchor="h-2",
    day=after(4),
    start=at(after(4), 9, 15),
    end=at(after(4), 9, 45),
    title=Told("Återbesök efter operation"),
    unit=Told("Handkirurgen, Almnäs sjukhus"),
    who=Told("Peter Sand, läkare"),
    place=Told("Parkvägen 8, hus C, plan 2, Almnäs"),
    form="Besök",
    form_icon="visit",
    mark=Mark.REGION,
    invitation=True,
    note=Told("Ta av ringar och klocka hemma.\nTa med listan över dina läkemedel."),
    why=REGION_WHY,
)
CALL = EventRow(
    anchor="h-3",
    day=after(5),
    start=at(after(5), 10),
    end=at(after(5), 10, 15),
    title=Told("Telefontid med din fasta läkare"),
    unit=Told("Lindens vårdcentral"),
    who=Told("Maria Åkerblom, läkare"),
    form="Telefon",
    form_icon="phone",
    mark=Mark.REGION,
    why=COPY_WHY,
)
TRAINING = EventRow(
    anchor="h-4",
    day=after(6),
    start=at(after(6), 13),
    end=at(after(6), 13, 45),
    title=Told("Träning hemma med fysioterapeut"),
    unit=Told("Rehabiliteringsenheten Älvsund"),
    who_pending=True,
    place=Told("Hemma hos dig"),
    form="Hembesök",
    form_icon="home",
    mark=Mark.KOMMUN,
    why=KOMMUN_WHY,
)
FOOT = EventRow(
    anchor="h-5",
    day=after(6),
    start=None,
    end=None,
    title=Told("Fotvård"),
    unit=Told("Fotvårdsmottagningen Björken"),
    form="Besök",
    form_icon="visit",
    mark=Mark.OTHER,
    why=REGION_WHY,
)
LATE = replace(FOOT, anchor="h-7", day=after(11))
MEETING = EventRow(
    anchor="h-6",
    day=after(11),
    start=at(after(11), 10),
    end=at(after(11), 11),
    title=Told("Möte om din samordnade plan (SIP)"),
    unit=Told("Region Norrbäck och Älvsunds kommun"),
    form="Video",
    form_icon="video",
    mark=Mark.REGION,
    why=REGION_WHY,
)


def day_of(*rows: EventRow) -> Day:
    return Day(rows[0].day, rows, f"dag-{rows[0].day.isoformat()}")


def visits() -> tuple[EventRow, ...]:
    carers = ("Samir Holm", "Ingela Strand", None)
    return tuple(
        EventRow(
            anchor=f"b-{offset}-{hour}",
            day=after(offset),
            start=at(after(offset), hour, 30),
            end=at(after(offset), hour + 1),
            title=Told("Hemtjänst"),
            who=Told(carer) if carer else None,
            who_pending=carer is None,
            mark=Mark.KOMMUN,
            why=KOMMUN_WHY,
        )
        for offset in range(1, 8)
        for hour, carer in zip((7, 12, 18), carers, strict=True)
    )


HOME_HELP = FoldedVisits(
    Told("Hemtjänst"), (time(7, 30), time(12, 30), time(18, 30)), visits(), every_day=True
)

EVENTS = Events(
    count=6,
    folded=(HOME_HELP,),
    days=(day_of(DRESSING), day_of(SURGERY), day_of(CALL), day_of(TRAINING, FOOT)),
    later=(day_of(MEETING),),
    later_count=1,
)


def week(*, known: bool = True) -> WeekStrip:
    counts = (
        ((Mark.KOMMUN, 4),),
        ((Mark.KOMMUN, 3),),
        (),
        ((Mark.KOMMUN, 3),),
        ((Mark.REGION, 1), (Mark.KOMMUN, 3)),
        ((Mark.REGION, 1), (Mark.KOMMUN, 3)),
        ((Mark.KOMMUN, 5), (Mark.OTHER, 1)),
    )
    with_rows = {day.day: day.anchor for day in EVENTS.days}
    return WeekStrip(
        tuple(
            WeekDay(after(i), marks, i == 0, with_rows.get(after(i)))
            for i, marks in enumerate(counts)
        ),
        known,
    )


PLANS = Plans(
    plans=Part(
        title="Vårdplaner",
        state="partial",
        empty_text="Du har ingen plan. Du kan be om en.",
        gaps=(NOT_CONNECTED,),
        rows=(
            PlanNode(
                title=Told("Trygg hemma efter handoperationen"),
                kind=Told("Samordnad individuell plan (SIP)"),
                mark=Mark.REGION,
                why=REGION_WHY,
                owner=Told("Eva Ljung, Lindens vårdcentral"),
                start=date(2026, 11, 3),
                follow_up=after(11),
                goals_done=1,
                goals_total=3,
                goals=(
                    Told("Gå till affären på egen hand"),
                    Told("Såret läker utan infektion"),
                    Told("Kunna hålla i en kopp med höger hand"),
                ),
                children=(
                    PlanNode(
                        title=Told("Rehabiliteringsplan"),
                        kind=Told("Plan för träning"),
                        mark=Mark.REGION,
                        why=REGION_WHY,
                        owner=Told("Rehabiliteringsenheten Älvsund"),
                    ),
                    PlanNode(
                        title=Told("Genomförandeplan hemtjänst"),
                        kind=Told("Plan för hemtjänsten"),
                        mark=Mark.KOMMUN,
                        why=KOMMUN_WHY,
                        owner=Told("Hemtjänsten Väster"),
                        goals_done=0,
                        goals_total=2,
                    ),
                ),
            ),
            PlanNode(
                title=Told("Diabetes, årlig plan"),
                kind=Told("Vårdplan"),
                mark=Mark.REGION,
                why=COPY_WHY,
                owner=Told("Maria Åkerblom, Lindens vårdcentral"),
                end=date(2027, 2, 28),
                goals_done=0,
                goals_total=2,
            ),
        ),
    ),
    agreements=Part(
        title="Överenskommelser",
        state="full",
        empty_text="Det finns inga överenskommelser.",
        rows=(
            AgreementRow(
                text=Told("Träna handen tre gånger i veckan"),
                mine=True,
                noted_by=Told("Hemtjänsten Väster"),
                owner=Told("Per Nyqvist"),
                until=date(2027, 1, 31),
                why=KOMMUN_WHY,
            ),
            AgreementRow(
                text=Told("Påminna om blodsocker på morgonen"),
                mine=False,
                noted_by=Told("Hemtjänsten Väster"),
                owner=Told("Hemtjänsten Väster"),
                why=KOMMUN_WHY,
            ),
        ),
    ),
    services=Part(
        title="Insatser från kommunen",
        state="full",
        empty_text="Kommunen har inte beslutat om några insatser.",
        rows=(
            ServiceRow(
                name=Told("Hemtjänst"),
                extent=Told("14 timmar i veckan"),
                law="Socialtjänstlagen",
                until=date(2027, 2, 28),
                decided=date(2026, 2, 12),
                performer=Told("Hemtjänsten Väster"),
                authority=Told("Omsorgsnämnden"),
                why=KOMMUN_WHY,
            ),
            ServiceRow(
                name=Told("Trygghetslarm"),
                extent=Told("Dygnet runt"),
                open_ended=True,
                why=KOMMUN_WHY,
            ),
            ServiceRow(
                name=Told("Matlåda"),
                extent=Told("5 dagar i veckan"),
                until=date(2027, 2, 28),
                why=KOMMUN_WHY,
            ),
        ),
    ),
)

CONTACTS = Contacts(
    (
        Contact(
            kind=Told("Fast läkarkontakt"),
            mark=Mark.REGION,
            why=REGION_WHY,
            name=Told("Maria Åkerblom"),
            unit=Told("Lindens vårdcentral"),
            phone="0980-319 200",
            opening=Told("Telefontid vardagar 08.00–11.00"),
        ),
        Contact(
            kind=Told("Fast vårdkontakt"),
            mark=Mark.REGION,
            why=REGION_WHY,
            name=Told("Eva Ljung, sjuksköterska"),
            unit=Told("Lindens vårdcentral"),
            phone="0980-319 201",
        ),
        Contact(
            kind=Told("Fast omsorgskontakt"),
            mark=Mark.KOMMUN,
            why=KOMMUN_WHY,
            unit=Told("Hemtjänsten Väster"),
            team=(Told("Samir Holm, undersköterska"), Told("Ingela Strand, undersköterska")),
            phone="070-174 06 05",
        ),
    )
)

STATUS_GAP = StatusRow(answered=5, asked=6, checked_at=NOW, notices=(SILENT, NOT_CONNECTED))
STATUS_GOOD = StatusRow(answered=6, asked=6, checked_at=NOW)
WAITED_FOR = SourceNotice(
    tone="waiting",
    heading="Vi väntar fortfarande på svar från Älvsunds kommun",
    consequence="Det kan finnas tider eller planer som inte syns här än.",
    fact="Älvsunds kommun har inte svarat än",
    phone="0980-319 220",
    phone_name="Älvsunds kommun",
    retry=True,
)
STATUS_WAITING = StatusRow(answered=5, asked=6, checked_at=NOW, notices=(WAITED_FOR,))


def section(
    slot: str,
    title: str,
    body: object | None,
    state: str = "full",
    *,
    empty_text: str = "",
    gaps: tuple[SourceNotice, ...] = (),
    unreadable: int = 0,
) -> tuple[str, dict[str, object]]:
    """A template name with its context, as the portal gives it."""
    return f"{'kit' if slot == 'status' else 'overview'}/{slot}.html", {
        "title": title,
        "body": body,
        "state": state,
        "empty_text": empty_text,
        "gaps": gaps,
        "unreadable": unreadable,
        "anchor": f"del-{slot}",
        "fragment_url": f"/sv/mig/del/{slot}",
        "page_url": "/sv/mig/",
    }


TITLES = {
    "status": "Källor",
    "next": "Härnäst",
    "week": "Vad händer närmaste veckan?",
    "events": "Kommande händelser",
    "late": "Kom in efter hand",
    "plans": "Planering och uppföljning",
    "contacts": "Mottagningar och kontakter",
}
EMPTY = {
    "next": "Inget är inbokat de närmaste sex veckorna.",
    "week": "",
    "events": "Inget är inbokat de närmaste sex veckorna.",
    "plans": "Du har ingen plan. Du kan be om en.",
    "contacts": "Du har varken vårdval eller fast kontakt hos dem som svarade.",
}

FULL = [
    section("contacts", TITLES["contacts"], CONTACTS),
    section("next", TITLES["next"], NextUp(DRESSING), "partial", gaps=(SILENT,)),
    section("week", TITLES["week"], week()),
    section("events", TITLES["events"], EVENTS, "partial", gaps=(SILENT,), unreadable=2),
    section("plans", TITLES["plans"], PLANS),
    section("status", TITLES["status"], STATUS_GAP),
]
GOOD = [
    section("next", TITLES["next"], NextUp(SURGERY)),
    section("week", TITLES["week"], week()),
    section("events", TITLES["events"], EVENTS),
    section("late", TITLES["late"], Events(1, (Day(MEETING.day, (LATE,), "sen-dag"),))),
    section("plans", TITLES["plans"], PLANS),
    section("contacts", TITLES["contacts"], CONTACTS),
    section("status", TITLES["status"], STATUS_GOOD),
]
EMPTY_PAGE = [
    section("next", TITLES["next"], None, "empty", empty_text=EMPTY["next"]),
    section(
        "week",
        TITLES["week"],
        WeekStrip(tuple(WeekDay(after(i), (), i == 0) for i in range(7)), True),
    ),
    section("events", TITLES["events"], None, "empty", empty_text=EMPTY["events"]),
    section("plans", TITLES["plans"], None, "empty", empty_text=EMPTY["plans"]),
    section("contacts", TITLES["contacts"], None, "empty", empty_text=EMPTY["contacts"]),
    section("status", TITLES["status"], STATUS_GOOD),
]
UNKNOWN_PAGE = [
    section("next", TITLES["next"], None, "unknown", gaps=(SILENT,)),
    section(
        "week",
        TITLES["week"],
        WeekStrip(tuple(WeekDay(after(i), (), i == 0) for i in range(7)), False),
        "unknown",
        gaps=(SILENT,),
    ),
    section("events", TITLES["events"], None, "unknown", gaps=(SILENT,)),
    section("plans", TITLES["plans"], None, "unknown", gaps=(NOT_CONNECTED,)),
    section("contacts", TITLES["contacts"], None, "waiting"),
    section("status", TITLES["status"], STATUS_WAITING),
]
HALF = [FULL[0], FULL[1]]
