"""What a source is: a conversation without I/O, and the limits it is driven under."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol, TypeAlias, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field, FilePath

from stodtjanster.information import Item
from stodtjanster.model import Cause, HsaId, Period, PersonId, Report, Side


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to one source. `at` is aware; `correlation` is a fresh UUID per flight.

    `agent` is the one who asks in the subject's place; None when it is the subject.
    """

    information: type[Item]
    subject: PersonId
    period: Period
    at: datetime
    correlation: str
    agent: PersonId | HsaId | None = None

    @property
    def actor(self) -> PersonId | HsaId:
        """Who signs the question."""
        return self.agent or self.subject


@dataclass(frozen=True, slots=True)
class Request:
    """What an adapter wants sent. Redirects are never followed."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, whole. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that could not be read: where in the message and why, never a value from it."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What an adapter made of the answers, with a report for every system that it heard of."""

    items: tuple[Item, ...] = ()
    reports: tuple[Report, ...] = ()
    rejected: tuple[Rejection, ...] = ()


Conversation: TypeAlias = Generator[Request, Response, Heard]


class SourceFailed(Exception):  # noqa: N818 - said as a fact, read as one
    """The source gave nothing that can be shown. `detail` is for operators: no personal data.

    Adapters raise it; the driver throws it into a conversation when the wire fails, so that an
    adapter that already holds pages may return them as partial.
    """

    def __init__(self, cause: Cause, detail: str = "") -> None:
        super().__init__(f"{cause}: {detail}" if detail else str(cause))
        self.cause = cause
        self.detail = detail


class Edge(BaseModel):
    """Base of everything read from configuration: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(Edge):
    """How much of us one source may take."""

    concurrent: int = Field(default=64, ge=1, description="calls at once")
    queue: int = Field(default=256, ge=0, description="callers that may wait for a call")
    connect_seconds: float = Field(default=2.0, gt=0)
    answer_seconds: float = Field(default=30.0, gt=0, description="a whole conversation")
    max_bytes: int = Field(default=16 * 2**20, gt=0, description="one answer")
    fresh_seconds: float = Field(default=300.0, ge=0, description="how long the shelf may serve it")
    breaker_failures: int = Field(default=5, ge=1)
    breaker_seconds: float = Field(default=20.0, ge=0)


class Tls(Edge):
    """PEM files. Without `certificate` the source is called without a client certificate."""

    ca: FilePath | None = None
    certificate: FilePath | None = None
    key: FilePath | None = None


class SourceSettings(Edge):
    """What every source is configured with. `name` is said on the screen.

    `side` is that of all that comes from it, where units do not say, and `available_svod` that its
    providers have made it available to others (SVOD 2 kap.): staff see nothing that is not theirs
    without it.

    `kept` is no setting but what the kind of source is: False when the law forbids that an answer
    lies on the shelf (ADR 13).
    """

    kept: ClassVar[bool] = True

    key: str = Field(pattern=r"^[a-z0-9-]+$")
    kind: str
    name: str
    owner: str = Field(default="other", pattern="^(region|kommun|other)$")
    phone: str | None = None
    enabled: bool = True
    side: Side | None = None
    available_svod: bool = False
    tls: Tls = Tls()
    limits: Limits = Limits()


class Giver(Protocol):
    """One configured source of information, however it is asked."""

    @property
    def gives(self) -> frozenset[type[Item]]: ...

    @property
    def settings(self) -> SourceSettings: ...


@runtime_checkable
class Source(Giver, Protocol):
    """One that is asked over the network."""

    def ask(self, ask: Ask) -> Conversation:
        """Begin the conversation. Raises SourceFailed inside it, nothing else on purpose."""
        ...
