"""Vilka läkemedel är aktuella? What is prescribed, as it is written to the person who takes it."""

from dataclasses import dataclass
from datetime import date

from stodtjanster.information import Medication
from stodtjanster.model import Answer, Told
from views.kit.links import ABOUT_MEDICINES, OutLink, led_to
from views.kit.medicines import MEDICINES
from views.kit.notices import Mark, Why
from views.kit.rows import Explainer
from views.kit.view import RESIDENTS, Scene, View
from views.kit.words import N_

NONE = N_("Det finns inga aktuella läkemedel hos dem som svarade.")

view = View(
    key="medicines",
    path="lakemedel",
    question=N_("Vilka läkemedel är aktuella?"),
    menu=N_("Läkemedel"),
    rank=50,
    frame="medicines/frame.html",
    audience=RESIDENTS,
    needs={"medicines": MEDICINES},
)


@dataclass(frozen=True, slots=True)
class Medicine:
    """`dosage` is the source's own words, line by line. `begins` is there when it has not begun.

    `name` holds strength and form when they are not a part of it already.
    """

    name: Told
    dosage: Told | None
    purpose: Told | None
    prescriber: Told | None
    unit: Told
    first: date | None
    last: date | None
    begins: date | None
    self_medication: bool
    mark: Mark
    why: Why


@view.section("current", title=N_("Läkemedel"), none=NONE, waiting=N_("Vi hämtar läkemedlen."))
def current(medicines: Answer[Medication], scene: Scene) -> tuple[Medicine, ...] | None:
    """By name; what is taken without a prescription stands last."""
    explain = Explainer.of(scene, medicines)
    found = sorted(medicines.items, key=lambda item: (item.self_medication, _name(item).casefold()))
    return tuple(_medicine(item, explain) for item in found) or None


@view.section("more", title=N_("Bra att veta"), none=NONE)
def more(scene: Scene) -> tuple[OutLink, ...]:
    """Where prescriptions are renewed, and where all of them are. Nothing is fetched for it."""
    return led_to((one for one in scene.links if one.kind in ABOUT_MEDICINES), scene.words)


def _medicine(item: Medication, explain: Explainer) -> Medicine:
    today = explain.scene.situation.today
    unit = explain.scene.directory.of(item.origin)
    return Medicine(
        name=Told(_name(item), item.name.lang),
        dosage=item.dosage,
        purpose=item.purpose,
        prescriber=item.prescriber,
        unit=item.origin.unit_name or Told(unit.name),
        first=item.first,
        last=item.last,
        begins=item.first if item.first is not None and item.first > today else None,
        self_medication=item.self_medication,
        mark=explain.mark(item),
        why=explain.why(item),
    )


def _name(item: Medication) -> str:
    """ "Metformin 500 mg, filmdragerad tablett"."""
    name = item.name.text
    strength, form = (part.text if part is not None else "" for part in (item.strength, item.form))
    if strength and strength not in name:
        name = f"{name} {strength}"
    if form and form.casefold() not in name.casefold():
        name = f"{name}, {form[:1].lower()}{form[1:]}"
    return name
