"""The form in which a person says whom they want for an ombud, for what, and until when.

What was written is kept as it was written until it can be read: nothing is lost to a mistake.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from werkzeug.datastructures import MultiDict

from portal.banner import SCOPES
from portal.forms import FieldReader, Mistake, Option
from portal.i18n import Speaker, at
from stodtjanster.access import Policy
from stodtjanster.access.ages import age_for_own
from stodtjanster.grants import LONGEST_MONTHS, Mandate, months
from stodtjanster.model import HsaId, PersonId, PersonIdKind, local_day, midnight
from views.kit.words import N_

GIVEN_NAME, SURNAME, NUMBER = "fornamn", "efternamn", "personnummer"
SCOPE, WHICH, PROVIDER = "omrade", "vilka", "vardgivare"
FIRST, LAST = "fran", "till"
ALL, CHOSEN = "alla", "valda"

_LONGEST_NAME: Final = 60
_BETWEEN: Final = {ord(each): None for each in " -\u00a0"}
_SHORT: Final = 10
_USUAL_MONTHS: Final = 12
_AHEAD_MONTHS: Final = 12
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Form:
    """What was written, unread. `number` stands on no page but the answer to its own post."""

    given_name: str = ""
    surname: str = ""
    number: str = field(default="", repr=False)
    scopes: frozenset[str] = frozenset()
    which: str = ALL
    providers: frozenset[str] = frozenset()
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be offered here, and to whom the words are: the scopes that are switched on, and
    the providers that are known, by their names."""

    policy: Policy
    providers: Mapping[str, HsaId]
    words: Speaker
    now: datetime

    def scopes(self, form: Form) -> tuple[Option, ...]:
        return tuple(
            Option(key, _capital(self.words.gettext(name)), key in form.scopes)
            for key, name in SCOPES.items()
            if key in self.policy.enabled_scopes
        )

    def ways(self, form: Form) -> tuple[Option, ...]:
        every = N_("Alla regioner och kommuner")
        some = N_("Bara de jag väljer")
        return (
            Option(ALL, self.words.gettext(every), form.which != CHOSEN),
            Option(CHOSEN, self.words.gettext(some), form.which == CHOSEN),
        )

    def owners(self, form: Form) -> tuple[Option, ...]:
        return tuple(
            Option(hsa_id.value, name, hsa_id.value in form.providers)
            for name, hsa_id in sorted(self.providers.items())
        )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def blank(now: datetime) -> Form:
    """From today and for a year."""
    first = local_day(now)
    last = local_day(months(midnight(first), _USUAL_MONTHS) - _DAY)
    return Form(first=first.isoformat(), last=last.isoformat())


def written(form: MultiDict[str, str]) -> Form:
    """What was posted."""
    return Form(
        given_name=form.get(GIVEN_NAME, ""),
        surname=form.get(SURNAME, ""),
        number=form.get(NUMBER, ""),
        scopes=frozenset(form.getlist(SCOPE)),
        which=form.get(WHICH, ALL),
        providers=frozenset(form.getlist(PROVIDER)),
        first=form.get(FIRST, ""),
        last=form.get(LAST, ""),
    )


def again(draft: Mandate) -> Form:
    """A draft as it was written, but for the number."""
    return Form(
        given_name=draft.grantee_name.removesuffix(draft.surname).strip(),
        surname=draft.surname,
        scopes=draft.scopes,
        which=CHOSEN if draft.providers else ALL,
        providers=frozenset(provider.value for provider in draft.providers),
        first=local_day(draft.valid_from).isoformat(),
        last=draft.last_day.isoformat(),
    )


class _Reader(FieldReader):
    def __init__(self, form: Form, offer: Offer) -> None:
        super().__init__(offer.words)
        self.form = form
        self.offer = offer

    def name(self, text: str, missing: str) -> str:
        """Printable and of a name's length; more nobody knows of names."""
        name = " ".join(text.split())
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise self.wrong(missing)
        return name

    def person(self, mine: Collection[PersonId]) -> PersonId:
        digits = self.form.number.translate(_BETWEEN).strip()
        if len(digits) == _SHORT and digits.isdecimal():
            raise self.wrong(N_("Skriv personnumret med tolv siffror, med århundradet först."))
        try:
            person = PersonId.parse(digits)
        except ValueError:
            raise self.wrong(N_("Kontrollera personnumret. Det ska ha tolv siffror.")) from None
        if person.kind is PersonIdKind.RESERVNUMMER:
            raise self.wrong(N_("Skriv ett personnummer eller ett samordningsnummer."))
        if person in mine:
            raise self.wrong(N_("Det är ditt eget personnummer. Skriv ombudets."))
        age = age_for_own(person, local_day(self.offer.now))
        if age is None or age < self.offer.policy.majority:
            raise self.wrong(N_("Ett ombud måste ha fyllt 18 år."))
        return person

    def scopes(self) -> frozenset[str]:
        if not self.form.scopes or not self.form.scopes <= self.offer.policy.enabled_scopes:
            raise self.wrong(N_("Välj vad ombudet ska få se."))
        return self.form.scopes

    def providers(self) -> frozenset[HsaId]:
        """None of them means everybody."""
        if self.form.which != CHOSEN:
            return frozenset()
        known = {provider.value: provider for provider in self.offer.providers.values()}
        if not self.form.providers or not self.form.providers <= known.keys():
            raise self.wrong(N_("Välj minst en region eller kommun."))
        return frozenset(known[chosen] for chosen in self.form.providers)

    def first(self) -> date:
        first = self._day(self.form.first)
        today = local_day(self.offer.now)
        if first < today:
            raise self.wrong(N_("Välj i dag eller en senare dag."))
        if first > local_day(months(midnight(today), _AHEAD_MONTHS)):
            raise self.wrong(N_("Välj en dag inom ett år."))
        return first

    def last(self, first: date | None) -> date:
        last = self._day(self.form.last)
        if first is None:
            return last
        if last < first:
            raise self.wrong(N_("Sista dagen kan inte komma före den första."))
        latest = local_day(months(midnight(first), LONGEST_MONTHS)) - _DAY
        if last > latest:
            with at(self.offer.now):
                day = self.offer.words.dateword(latest)
            raise self.wrong(N_("Välj senast {day}. Ett ombud kan ha tillgång i två år."), day=day)
        return last

    def _day(self, text: str) -> date:
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            raise self.wrong(N_("Skriv en dag, till exempel 2026-12-24.")) from None


def read(
    form: Form,
    offer: Offer,
    *,
    key: UUID,
    mine: tuple[PersonId, ...],
    name: str,
    draft: Mandate | None = None,
) -> Mandate | tuple[Mistake, ...]:
    """A mandate to be given, or everything that is wrong, in the order of the form.

    `mine` are the grantor's numbers, that of the login first, and `name` is theirs. `draft` is what
    is changed: its number need not be written again.
    """
    reader = _Reader(form, offer)
    given_name = reader.read(
        GIVEN_NAME, lambda: reader.name(form.given_name, N_("Skriv ombudets förnamn."))
    )
    surname = reader.read(
        SURNAME, lambda: reader.name(form.surname, N_("Skriv ombudets efternamn."))
    )
    same = draft.grantee if draft is not None and not form.number.strip() else None
    grantee = same or reader.read(NUMBER, lambda: reader.person(mine))
    scopes = reader.read(SCOPE, reader.scopes)
    providers = reader.read(PROVIDER, reader.providers)
    first = reader.read(FIRST, reader.first)
    last = reader.read(LAST, lambda: reader.last(first))
    # Each is missing only with a mistake; said one by one, for the types.
    if given_name is None or surname is None or grantee is None or scopes is None:
        return tuple(reader.mistakes)
    if providers is None or first is None or last is None:
        return tuple(reader.mistakes)
    return Mandate(
        id=key,
        grantor=draft.grantor if draft else mine[0],
        grantee=grantee,
        grantor_name=name,
        grantee_name=f"{given_name} {surname}",
        surname=surname,
        scopes=scopes,
        providers=providers,
        valid_from=midnight(first),
        valid_to=midnight(last + _DAY),
        written=offer.now,
        version=draft.version if draft else 1,
    )
