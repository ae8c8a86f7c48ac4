"""When a SAML provider's metadata is believed, and when it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from lxml import etree

from portal.identity.federation import read_metadata
from portal.identity.refusal import LoginRefused
from portal.identity.saml import Proof, SamlProvider
from sandbox.ca import Pair
from sandbox.siths.keys import make_pair
from tests.service.saml_forging import ADDRESSES, NS, World, _resign, forged, judged, made_world

MD = "urn:oasis:names:tc:SAML:2.0:metadata"
NOW = datetime.now(UTC)
Edit = Callable[[etree._Element], object]


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return made_world(tmp_path_factory.mktemp("metadata"))


@pytest.fixture
def world(shared_world: World) -> World:
    shared_world.clock.moved = timedelta()
    return shared_world


@pytest.fixture
def stranger(tmp_path: Path) -> Pair:
    pair = Pair(tmp_path / "annan.pem", tmp_path / "annan.key")
    make_pair(pair, "annan")
    return pair


def published(world: World) -> bytes:
    return (world.folder / "idp.xml").read_bytes()


def resigned(world: World, edit: Edit, pair: Pair | None = None) -> bytes:
    """The metadata with a change that the federation itself has made."""
    root = etree.fromstring(published(world))
    edit(root)
    signature = root.find("ds:Signature", NS)
    assert signature is not None
    _resign(root, signature, pair or world.keys.federation)
    return etree.tostring(root)


def changed(world: World, edit: Edit) -> bytes:
    root = etree.fromstring(published(world))
    edit(root)
    return etree.tostring(root)


def reason(world: World, text: bytes, *, signers: tuple[Path, ...] | None = None) -> str | None:
    paths = (world.keys.federation.certificate,) if signers is None else signers
    try:
        read_metadata(
            text,
            world.idp.entity_id,
            signers=[path.read_bytes() for path in paths],
            now=datetime.now(UTC),
        )
    except LoginRefused as refusal:
        return refusal.reason.value
    return None


def until(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_what_the_federation_has_signed_is_believed(world: World) -> None:
    read = read_metadata(
        published(world),
        world.idp.entity_id,
        signers=[world.keys.federation.certificate.read_bytes()],
        now=NOW,
    )
    assert read.sso.endswith("/sso")
    assert read.slo is not None
    assert len(read.certificates) == 2, "the key in use and the one to come"
    assert read.valid_until is not None


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (lambda r: r.remove(r.find("ds:Signature", NS)), "untrusted-metadata"),
        (
            lambda r: next(r.iter("{*}SingleSignOnService")).set(
                "Location", "https://evil.example"
            ),
            "untrusted-metadata",
        ),
        (lambda r: r.set("validUntil", until(NOW + timedelta(days=6))), "untrusted-metadata"),
        (
            lambda r: r.append(deepcopy(r.find("ds:Signature", NS))),
            "untrusted-metadata",
        ),
        (lambda r: r.insert(0, etree.Comment("x")), "malformed"),
    ],
    ids=["no signature", "another address", "another end", "two signatures", "a comment"],
)
def test_what_was_changed_on_its_way_is_not(world: World, edit: Edit, why: str) -> None:
    assert reason(world, changed(world, edit)) == why


def test_what_somebody_else_has_signed_is_not(world: World, stranger: Pair) -> None:
    text = resigned(world, lambda r: None, stranger)
    assert reason(world, text) == "untrusted-metadata"
    assert reason(world, text, signers=(stranger.certificate,)) is None


def test_one_of_several_signers_is_enough(world: World, stranger: Pair) -> None:
    both = (stranger.certificate, world.keys.federation.certificate)
    assert reason(world, published(world), signers=both) is None


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (None, "untrusted-metadata"),
        (timedelta(minutes=-1), "untrusted-metadata"),
        (timedelta(days=31), "untrusted-metadata"),
        (timedelta(days=29), None),
    ],
    ids=["none", "past", "too far", "near"],
)
def test_it_must_say_until_when(world: World, end: timedelta | None, why: str | None) -> None:
    def edit(root: etree._Element) -> None:
        root.attrib.pop("validUntil")
        if end is not None:
            root.set("validUntil", until(datetime.now(UTC) + end))

    assert reason(world, resigned(world, edit)) == why


def test_the_earliest_end_counts(world: World) -> None:
    def edit(root: etree._Element) -> None:
        past = until(datetime.now(UTC) - timedelta(minutes=1))
        next(root.iter("{*}IDPSSODescriptor")).set("validUntil", past)

    assert reason(world, resigned(world, edit)) == "untrusted-metadata"


def test_a_signature_over_something_else_covers_nothing(world: World) -> None:
    """The signed metadata is put inside another, which bears its signature."""
    honest = etree.fromstring(published(world))
    evil = deepcopy(honest)
    evil.set("ID", "_evil")
    next(evil.iter("{*}SingleSignOnService")).set("Location", "https://evil.example/sso")
    extensions = etree.SubElement(evil, f"{{{MD}}}Extensions")
    extensions.append(honest)
    assert reason(world, etree.tostring(evil)) == "untrusted-metadata"


def test_a_signed_part_of_an_unsigned_whole_is_not_believed(world: World) -> None:
    whole = etree.Element(f"{{{MD}}}EntitiesDescriptor", ID="_all")
    whole.append(etree.fromstring(published(world)))
    assert reason(world, etree.tostring(whole)) == "untrusted-metadata"


def test_a_provider_is_found_in_its_federation(world: World) -> None:
    """One signature over all of them, as Sambi has it."""
    one = etree.fromstring(published(world))
    signature = one.find("ds:Signature", NS)
    assert signature is not None
    one.remove(signature)
    whole = etree.Element(f"{{{MD}}}EntitiesDescriptor", ID="_all")
    whole.set("validUntil", until(datetime.now(UTC) + timedelta(days=2)))
    whole.extend([signature, one])
    other = deepcopy(one)
    other.set("entityID", "https://annan.example")
    other.set("ID", "_annan")
    whole.append(other)
    _resign(whole, signature, world.keys.federation)
    assert reason(world, etree.tostring(whole)) is None
    again = deepcopy(one)
    again.set("ID", "_igen")
    whole.append(again)
    _resign(whole, signature, world.keys.federation)
    assert reason(world, etree.tostring(whole)) == "wrong-issuer", "which of the two?"


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (lambda r: r.set("entityID", "https://annan.example"), "wrong-issuer"),
        (
            lambda r: next(r.iter("{*}SingleSignOnService")).set("Location", "http://evil.example"),
            "malformed",
        ),
        (
            lambda r: next(r.iter("{*}SingleSignOnService")).set("Location", "javascript:alert(1)"),
            "malformed",
        ),
        (
            lambda r: next(r.iter("{*}SingleSignOnService")).set("Binding", "urn:annan"),
            "malformed",
        ),
        (
            lambda r: [k.getparent().remove(k) for k in list(r.iter("{*}KeyDescriptor"))],
            "malformed",
        ),
        (
            lambda r: next(r.iter("{*}IDPSSODescriptor")).set("protocolSupportEnumeration", "x"),
            "malformed",
        ),
    ],
    ids=["another", "not protected", "script", "no redirect", "no keys", "no SAML 2.0"],
)
def test_what_cannot_be_used_is_refused(world: World, edit: Edit, why: str) -> None:
    assert reason(world, resigned(world, edit)) == why


@pytest.mark.parametrize("text", [b"", b"{}", b"<r/>", b"<!DOCTYPE r []><r/>"])
def test_what_is_no_metadata_is_refused(world: World, text: bytes) -> None:
    assert reason(world, text, signers=()) in ("malformed", "wrong-issuer")


class Publisher:
    """A web server that publishes metadata, or is out of order."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.status = 200
        self.asked = 0

    def __call__(self, _: httpx.Request) -> httpx.Response:
        self.asked += 1
        return httpx.Response(self.status, content=self.text)


@pytest.fixture
def publisher(world: World) -> Publisher:
    return Publisher(published(world))


@pytest.fixture
def fetching(world: World, publisher: Publisher) -> Iterator[SamlProvider]:
    settings = world.settings(metadata_file=None, metadata_url="https://idp.example/metadata")
    with httpx.Client(transport=httpx.MockTransport(publisher)) as http:
        yield SamlProvider(settings, http, world.clock, ADDRESSES)


def test_it_is_fetched_when_somebody_logs_in_and_every_hour(
    world: World, publisher: Publisher, fetching: SamlProvider
) -> None:
    assert publisher.asked == 0
    fetching.begin("/", "sv")
    fetching.begin("/", "sv")
    assert publisher.asked == 1
    world.clock.moved = timedelta(minutes=61)
    fetching.begin("/", "sv")
    assert publisher.asked == 2


def test_what_is_known_holds_while_the_publisher_is_down_but_not_for_ever(
    world: World, publisher: Publisher, fetching: SamlProvider
) -> None:
    fetching.begin("/", "sv")
    publisher.status = 503
    world.clock.moved = timedelta(hours=2)
    fetching.begin("/", "sv")
    asked = publisher.asked
    fetching.begin("/", "sv")
    assert publisher.asked == asked, "nobody is made to wait for it again and again"
    world.clock.moved = timedelta(days=8)
    with pytest.raises(LoginRefused, match="untrusted-metadata"):
        fetching.begin("/", "sv")


def test_nobody_logs_in_before_it_has_been_had(
    publisher: Publisher, fetching: SamlProvider
) -> None:
    publisher.status = 500
    with pytest.raises(LoginRefused, match="provider-unreachable"):
        fetching.begin("/", "sv")
    publisher.status = 200
    assert fetching.begin("/", "sv").url


def test_a_key_that_is_published_anew_is_believed_and_one_that_is_gone_is_not(
    world: World, publisher: Publisher, fetching: SamlProvider, stranger: Pair
) -> None:
    """The rollover: the new key beside the old one, then alone."""
    beginning, asked = world.ask(fetching)
    honest = world.answer(asked).message
    new = forged(honest, lambda r: None, stranger)
    assert judged(fetching, beginning, new) == "bad-signature"

    def replaced(root: etree._Element) -> None:
        certificate = "".join(stranger.certificate.read_text().splitlines()[1:-1])
        role = next(root.iter("{*}IDPSSODescriptor"))
        first, *others = role.findall(f"{{{MD}}}KeyDescriptor")
        for each in others:
            role.remove(each)
        next(first.iter("{*}X509Certificate")).text = certificate

    publisher.text = resigned(world, replaced)
    # An hour later: the login is a new one, and its answer too.
    world.clock.moved = timedelta(minutes=61)
    transaction = replace(beginning.transaction, created_at=world.clock())
    later = replace(beginning, transaction=transaction)

    def fresh(root: etree._Element) -> None:
        now = world.clock()
        for each in root.iter():
            for name, moment in (("AuthnInstant", now), ("NotOnOrAfter", now + timedelta(hours=1))):
                if each.get(name) is not None:
                    each.set(name, until(moment))

    assert isinstance(judged(fetching, later, forged(honest, fresh, stranger)), Proof)
    assert judged(fetching, later, forged(honest, fresh, world.keys.first)) == "bad-signature"


def test_a_file_that_was_put_there_needs_no_signature(world: World, tmp_path: Path) -> None:
    bare = tmp_path / "idp.xml"
    bare.write_bytes(changed(world, lambda r: r.remove(r.find("ds:Signature", NS))))
    sp = world.portal(metadata_file=bare, metadata_signers=())
    beginning, asked = world.ask(sp)
    assert isinstance(judged(sp, beginning, world.answer(asked).message), Proof)
    bare.unlink()
    gone = world.portal(metadata_file=bare, metadata_signers=())
    with pytest.raises(LoginRefused, match="provider-unreachable"):
        gone.begin("/", "sv")
