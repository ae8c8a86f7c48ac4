"""The one fetch service: plan, engine, flights, guards, shelf and driver."""

from stodtjanster.fetch.acts import Acted, Overtaken
from stodtjanster.fetch.driver import AiohttpDriver, Driver
from stodtjanster.fetch.engine import Call, FetchService
from stodtjanster.fetch.harvest import Harvest
from stodtjanster.fetch.inquiries import Inquiries, NotKnown
from stodtjanster.fetch.plan import Needs, plan
from stodtjanster.fetch.shelf import AnyShelf, Change, Kept, Look, Shelf
from stodtjanster.fetch.upkeep import Chore, CoverageUpkeep, UnitUpkeep

__all__ = [
    "Acted",
    "AiohttpDriver",
    "AnyShelf",
    "Call",
    "Change",
    "Chore",
    "CoverageUpkeep",
    "Driver",
    "FetchService",
    "Harvest",
    "Inquiries",
    "Kept",
    "Look",
    "Needs",
    "NotKnown",
    "Overtaken",
    "Shelf",
    "UnitUpkeep",
    "plan",
]
