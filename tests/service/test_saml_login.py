"""SAML answers as they should be, and as those send them who should not get in."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zlib import MAX_WBITS, compress, decompress

import pytest
from lxml import etree

from portal.identity.refusal import LoginRefused
from portal.identity.saml import MOST_ANSWER, Proof
from sandbox.siths.idp import HIGH, LOW, Shape
from tests.service.saml_forging import (
    ADDRESSES,
    AMINA,
    NS,
    World,
    attribute,
    closed,
    edited,
    forged,
    judged,
    made_world,
    opened,
    the,
    wrapped,
)

INFLATE = slice(2, -4)
CONDITIONS = "saml:Assertion/saml:Conditions"
DATA = "saml:Assertion/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData"
STATEMENT = "saml:Assertion/saml:AuthnStatement"
AUDIENCE = f"{CONDITIONS}/saml:AudienceRestriction/saml:Audience"


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return made_world(tmp_path_factory.mktemp("saml"))


@pytest.fixture
def world(shared_world: World) -> World:
    shared_world.clock.moved = timedelta()
    return shared_world


def at(**from_now: float) -> str:
    return (datetime.now(UTC) + timedelta(**from_now)).strftime("%Y-%m-%dT%H:%M:%SZ")


class TestTheRequest:
    def test_is_signed_and_asks_for_a_new_login_at_the_level(self, world: World) -> None:
        beginning, asked = world.ask()
        query = parse_qs(urlsplit(beginning.url).query)
        assert query["SigAlg"] == ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"]
        assert asked.request_id == beginning.transaction.request_id
        assert asked.levels == ("http://id.sambi.se/loa/loa3",)
        assert asked.answer_to == ADDRESSES.answer
        message = _inflated(query["SAMLRequest"][0])
        assert message.get("ForceAuthn") == "true"
        assert message.get("AttributeConsumingServiceIndex") == "1"
        assert the(message, "samlp:RequestedAuthnContext").get("Comparison") == "exact"

    def test_gives_the_provider_no_address_to_bring_back(self, world: World) -> None:
        beginning, asked = world.ask()
        assert len(asked.relay) == 43
        assert "personal" not in asked.relay
        assert beginning.transaction.next_path == "/sv/personal/"

    def test_never_has_the_same_id_twice(self, world: World) -> None:
        assert len({world.ask()[1].request_id for _ in range(5)}) == 5


class TestAnHonestAnswer:
    @pytest.mark.parametrize(
        ("changes", "shape"),
        [
            ({}, Shape()),
            ({}, Shape(sign_response=True)),
            ({"response_signed": True}, Shape(sign_response=True)),
            (
                {"assertion_signed": False, "response_signed": True, "encrypted": True},
                Shape(sign_assertion=False, sign_response=True, encrypt=True),
            ),
            ({"encrypted": True}, Shape(encrypt=True)),
            (
                {"response_signed": True, "encrypted": True},
                Shape(sign_response=True, encrypt=True),
            ),
        ],
        ids=["inera", "both-but-one-asked", "both", "sweden-connect", "sign-encrypt", "all"],
    )
    def test_lets_in_however_it_is_signed_and_encrypted(
        self, world: World, changes: dict[str, object], shape: Shape
    ) -> None:
        sp = world.portal(**changes)
        beginning, asked = world.ask(sp)
        proof = judged(sp, beginning, world.answer(asked, shape).message)
        assert isinstance(proof, Proof)
        identity = proof.identity
        assert identity.hsa_id.value == AMINA.hsa_id
        assert identity.person.value == AMINA.person_id
        assert identity.name == "Amina Yusuf"
        assert identity.loa == "loa3"
        assert identity.issuer == world.idp.entity_id
        assert identity.commissions == AMINA.all_commissions
        assert identity.login is not None
        assert identity.login.index

    def test_can_be_encrypted_to_the_key_that_is_or_the_one_to_come(self, world: World) -> None:
        sp = world.portal(encrypted=True)
        beginning, asked = world.ask(sp)
        message = world.answer(asked, Shape(encrypt=True)).message
        assert isinstance(judged(sp, beginning, message), Proof)
        alone = world.portal(encrypted=True, next_certificate=None, next_private_key=None)
        other = world.portal(
            encrypted=True,
            certificate=world.keys.portal_next.certificate,
            private_key=world.keys.portal_next.key,
            next_certificate=None,
            next_private_key=None,
        )
        results = {str(type(judged(each, beginning, message))) for each in (alone, other)}
        assert len(results) == 2, "one of the two keys opens it, and the other does not"

    def test_may_be_signed_with_either_published_key(self, world: World) -> None:
        beginning, asked = world.ask()
        message = forged(world.answer(asked).message, lambda root: None, world.keys.second)
        assert isinstance(judged(world.sp, beginning, message), Proof)

    def test_is_good_until_it_ends_and_no_longer_than_the_provider_says(self, world: World) -> None:
        beginning, asked = world.ask()

        def short(root: etree._Element) -> None:
            the(root, STATEMENT).set("SessionNotOnOrAfter", at(hours=1))

        message = forged(world.answer(asked).message, short, world.keys.first)
        proof = judged(world.sp, beginning, message)
        assert isinstance(proof, Proof)
        assert proof.identity.until is not None
        assert proof.identity.until < datetime.now(UTC) + timedelta(hours=1, minutes=1)

    def test_of_an_employee_without_a_name_is_called_by_the_hsa_id(self, world: World) -> None:
        beginning, asked = world.ask()

        def nameless(root: etree._Element) -> None:
            for name in ("givenName", "surname"):
                given = attribute(root, name).getparent()
                given.getparent().remove(given)

        message = forged(world.answer(asked).message, nameless, world.keys.first)
        proof = judged(world.sp, beginning, message)
        assert isinstance(proof, Proof)
        assert proof.identity.name == AMINA.hsa_id


# What is changed, and why it is refused. The provider signs each with its own key.
LIES: dict[str, tuple[Callable[[etree._Element], None], str]] = {
    "another audience": (
        lambda r: setattr(the(r, AUDIENCE), "text", "https://annan.example"),
        "wrong-audience",
    ),
    "no audience": (
        lambda r: the(r, CONDITIONS).remove(the(r, f"{CONDITIONS}/saml:AudienceRestriction")),
        "wrong-audience",
    ),
    "no conditions": (
        lambda r: the(r, "saml:Assertion").remove(the(r, CONDITIONS)),
        "malformed",
    ),
    "another recipient": (
        lambda r: the(r, DATA).set("Recipient", "https://annan.example/svar"),
        "wrong-audience",
    ),
    "a recipient that holds ours": (
        lambda r: the(r, DATA).set("Recipient", f"https://annan.example/?{ADDRESSES.answer}"),
        "wrong-audience",
    ),
    "no recipient": (lambda r: the(r, DATA).attrib.pop("Recipient"), "wrong-audience"),
    "another destination": (
        lambda r: r.set("Destination", "https://annan.example/svar"),
        "wrong-audience",
    ),
    "a destination that begins as ours": (
        lambda r: r.set("Destination", f"{ADDRESSES.answer}.annan.example"),
        "wrong-audience",
    ),
    "no destination": (lambda r: r.attrib.pop("Destination"), "wrong-audience"),
    "another request": (lambda r: r.set("InResponseTo", "_annan"), "unknown-login"),
    "no request": (lambda r: r.attrib.pop("InResponseTo"), "unknown-login"),
    "another request in the assertion": (
        lambda r: the(r, DATA).set("InResponseTo", "_annan"),
        "wrong-audience",
    ),
    "no request in the assertion": (
        lambda r: the(r, DATA).attrib.pop("InResponseTo"),
        "wrong-audience",
    ),
    "another way to confirm": (
        lambda r: the(r, "saml:Assertion/saml:Subject/saml:SubjectConfirmation").set(
            "Method", "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"
        ),
        "wrong-audience",
    ),
    "expired": (
        lambda r: the(r, CONDITIONS).set("NotOnOrAfter", at(minutes=-2)),
        "not-in-force",
    ),
    "expired long ago": (
        lambda r: the(r, CONDITIONS).set("NotOnOrAfter", at(hours=-2)),
        "not-in-force",
    ),
    "not yet valid": (lambda r: the(r, CONDITIONS).set("NotBefore", at(minutes=2)), "not-in-force"),
    "confirmation expired": (
        lambda r: the(r, DATA).set("NotOnOrAfter", at(minutes=-2)),
        "wrong-audience",
    ),
    "confirmation without an end": (
        lambda r: the(r, DATA).attrib.pop("NotOnOrAfter"),
        "wrong-audience",
    ),
    "session over": (
        lambda r: the(r, STATEMENT).set("SessionNotOnOrAfter", at(minutes=-1)),
        "not-in-force",
    ),
    "an old authentication": (
        lambda r: the(r, STATEMENT).set("AuthnInstant", at(minutes=-6)),
        "stale-login",
    ),
    "an authentication from before we asked": (
        lambda r: the(r, STATEMENT).set("AuthnInstant", at(minutes=-2)),
        "stale-login",
    ),
    "a future authentication": (
        lambda r: the(r, STATEMENT).set("AuthnInstant", at(minutes=2)),
        "stale-login",
    ),
    "a time that is none": (
        lambda r: the(r, STATEMENT).set("AuthnInstant", "i går"),
        "malformed",
    ),
    "another issuer of the assertion": (
        lambda r: setattr(the(r, "saml:Assertion/saml:Issuer"), "text", "https://annan.example"),
        "wrong-issuer",
    ),
    "another issuer of the response": (
        lambda r: setattr(the(r, "saml:Issuer"), "text", "https://annan.example"),
        "wrong-issuer",
    ),
    "a lower level": (
        lambda r: setattr(
            the(r, f"{STATEMENT}/saml:AuthnContext/saml:AuthnContextClassRef"), "text", LOW
        ),
        "level-too-low",
    ),
    "a level in other letters": (
        lambda r: setattr(
            the(r, f"{STATEMENT}/saml:AuthnContext/saml:AuthnContextClassRef"), "text", HIGH.upper()
        ),
        "level-too-low",
    ),
    "no level": (
        lambda r: the(r, STATEMENT).remove(the(r, f"{STATEMENT}/saml:AuthnContext")),
        "malformed",
    ),
    "no statement": (
        lambda r: the(r, "saml:Assertion").remove(the(r, STATEMENT)),
        "malformed",
    ),
    "no HSA-id": (
        lambda r: (
            attribute(r, "employeeHsaId").getparent().clear(keep_tail=True)
            or attribute_named(r, "annat")
        ),
        "bad-number",
    ),
    "two HSA-ids": (
        lambda r: etree.SubElement(
            attribute(r, "employeeHsaId").getparent(), f"{{{NS['saml']}}}AttributeValue"
        ).__setattr__("text", "TSTNMT2321000156-LEEK"),
        "bad-number",
    ),
    "a number that nobody can have": (
        lambda r: setattr(attribute(r, "personalIdentityNumber"), "text", "199005112380"),
        "bad-number",
    ),
    "a comment in a value": (
        lambda r: attribute(r, "employeeHsaId").insert(0, etree.Comment("x")),
        "malformed",
    ),
    "an instruction": (
        lambda r: the(r, "saml:Assertion").insert(0, etree.ProcessingInstruction("x", "y")),
        "malformed",
    ),
    "something else than a response": (
        lambda r: setattr(r, "tag", f"{{{NS['samlp']}}}LogoutResponse"),
        "malformed",
    ),
}


def attribute_named(root: etree._Element, name: str) -> None:
    for each in root.iterfind(".//saml:Attribute", NS):
        if each.get("Name") is None:
            each.set("Name", name)


@pytest.mark.parametrize("lie", list(LIES))
def test_a_lie_that_the_provider_has_signed(world: World, lie: str) -> None:
    edit, reason = LIES[lie]
    beginning, asked = world.ask()
    message = world.answer(asked).message
    assert isinstance(judged(world.sp, beginning, message), Proof)
    assert judged(world.sp, beginning, forged(message, edit, world.keys.first)) == reason


class TestOnItsWay:
    """Whoever carries the answer has no key."""

    @pytest.mark.parametrize("how", ["first", "last", "object", "extensions", "same-id"])
    @pytest.mark.parametrize("response_signed", [False, True])
    def test_an_assertion_is_wrapped(self, world: World, how: str, response_signed: bool) -> None:
        sp = world.portal(response_signed=response_signed)
        beginning, asked = world.ask(sp)
        message = world.answer(asked, Shape(sign_response=response_signed)).message
        said = judged(sp, beginning, edited(message, lambda root: wrapped(root, how)))
        assert said in ("bad-signature", "malformed")

    def test_a_value_is_changed(self, world: World) -> None:
        beginning, asked = world.ask()

        def become(root: etree._Element) -> None:
            attribute(root, "employeeHsaId").text = "TSTNMT2321000156-LEEK"

        message = edited(world.answer(asked).message, become)
        assert judged(world.sp, beginning, message) == "bad-signature"

    def test_a_value_is_cut_in_two_by_a_comment(self, world: World) -> None:
        """Canonical XML leaves comments out, so the signature holds."""
        beginning, asked = world.ask()
        text = etree.tostring(opened(world.answer(asked).message))
        cut = text.replace(b"-AMYU<", b"-AM<!-- -->YU<")
        assert cut != text
        assert judged(world.sp, beginning, b64encode(cut).decode()) == "malformed"

    @pytest.mark.parametrize("of", ["saml:Assertion", "."])
    def test_a_signature_is_taken_away(self, world: World, of: str) -> None:
        sp = world.portal(response_signed=True)
        beginning, asked = world.ask(sp)

        def strip(root: etree._Element) -> None:
            signed = the(root, of) if of != "." else root
            signed.remove(the(signed, "ds:Signature"))

        message = edited(world.answer(asked, Shape(sign_response=True)).message, strip)
        assert judged(sp, beginning, message) == "bad-signature"

    def test_all_signatures_are_taken_away(self, world: World) -> None:
        beginning, asked = world.ask()
        message = world.answer(asked, Shape(sign_assertion=False)).message
        assert judged(world.sp, beginning, message) == "bad-signature"

    def test_the_response_is_not_signed_where_that_was_agreed(self, world: World) -> None:
        sp = world.portal(response_signed=True)
        beginning, asked = world.ask(sp)
        assert judged(sp, beginning, world.answer(asked).message) == "bad-signature"

    def test_the_assertion_is_not_signed_where_that_was_agreed(self, world: World) -> None:
        beginning, asked = world.ask()
        shape = Shape(sign_assertion=False, sign_response=True)
        assert judged(world.sp, beginning, world.answer(asked, shape).message) == "bad-signature"

    def test_it_is_not_encrypted_where_that_was_agreed(self, world: World) -> None:
        sp = world.portal(encrypted=True)
        beginning, asked = world.ask(sp)
        assert judged(sp, beginning, world.answer(asked).message) == "bad-signature"

    def test_it_is_encrypted_with_what_can_be_asked_what_it_hides(self, world: World) -> None:
        beginning, asked = world.ask()
        message = world.answer(asked, Shape(encrypt=True, gcm=False)).message
        assert judged(world.sp, beginning, message) == "bad-signature"

    def test_it_is_encrypted_to_somebody_else(self, world: World, tmp_path: Path) -> None:
        beginning, asked = world.ask()
        message = world.answer(asked, Shape(encrypt=True)).message
        other = made_world(tmp_path)
        stranger = world.portal(
            certificate=other.keys.portal.certificate,
            private_key=other.keys.portal.key,
            next_certificate=None,
            next_private_key=None,
        )
        assert judged(stranger, beginning, message) == "bad-signature"

    def test_it_is_signed_with_a_key_of_somebody_else(self, world: World, tmp_path: Path) -> None:
        beginning, asked = world.ask()
        foreign = made_world(tmp_path).keys.first
        message = forged(world.answer(asked).message, lambda root: None, foreign)
        assert judged(world.sp, beginning, message) == "bad-signature"

    def test_it_is_signed_with_an_algorithm_that_no_longer_holds(self, world: World) -> None:
        beginning, asked = world.ask()

        def weaken(root: etree._Element) -> None:
            the(root, "saml:Assertion/ds:Signature/ds:SignedInfo/ds:SignatureMethod").set(
                "Algorithm", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
            )

        message = forged(world.answer(asked).message, weaken, world.keys.first)
        assert judged(world.sp, beginning, message) == "bad-signature"


class TestAnotherLogin:
    def test_takes_no_answer_of_this_one(self, world: World) -> None:
        _, asked = world.ask()
        other, _ = world.ask()
        assert judged(world.sp, other, world.answer(asked).message) == "unknown-login"

    def test_takes_no_answer_that_nobody_asked_for(self, world: World) -> None:
        beginning, asked = world.ask()
        message = world.answer(replace(asked, request_id="")).message
        assert judged(world.sp, beginning, message) in ("unknown-login", "malformed")

    @pytest.mark.parametrize("relay", ["", "https://annan.example/", "/sv/personal/", "å"])
    def test_takes_no_other_relay_state(self, world: World, relay: str) -> None:
        beginning, asked = world.ask()
        with pytest.raises(LoginRefused, match="unknown-login"):
            world.sp.finish(beginning.transaction, world.answer(asked).message, relay)

    def test_of_another_provider_is_none_of_this_one(self, world: World) -> None:
        beginning, asked = world.ask()
        foreign = replace(beginning.transaction, issuer="https://annan.example")
        with pytest.raises(LoginRefused, match="unknown-login"):
            world.sp.finish(foreign, world.answer(asked).message, foreign.relay)

    def test_that_takes_too_long_begins_anew(self, world: World) -> None:
        beginning, asked = world.ask()
        message = world.answer(asked).message
        world.clock.moved = timedelta(minutes=11)
        assert judged(world.sp, beginning, message) == "too-late"

    def test_leads_only_to_pages_of_ours(self, world: World) -> None:
        for wanted in ("//evil.example", "/\\evil.example", "https:evil.example", "/%0d%0aX"):
            assert world.sp.begin(wanted, "sv").transaction.next_path == "/"

    def test_has_a_digest_of_its_own_for_each_assertion(self, world: World) -> None:
        beginning, asked = world.ask()
        proofs = [judged(world.sp, beginning, world.answer(asked).message) for _ in range(2)]
        assert all(isinstance(each, Proof) for each in proofs)
        assert len({each.assertion for each in proofs}) == 2  # type: ignore[union-attr]


class TestTheProviderSaysNo:
    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            ("urn:oasis:names:tc:SAML:2.0:status:AuthnFailed", "cancelled"),
            ("http://id.elegnamnden.se/status/1.0/cancel", "cancelled"),
            ("urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext", "level-too-low"),
            ("urn:oasis:names:tc:SAML:2.0:status:RequestDenied", "provider-refused"),
        ],
    )
    def test_and_why(self, world: World, code: str, reason: str) -> None:
        beginning, asked = world.ask()
        no = world.idp.no(asked)

        def say(root: etree._Element) -> None:
            the(root, "samlp:Status/samlp:StatusCode/samlp:StatusCode").set("Value", code)

        assert judged(world.sp, beginning, edited(no.message, say)) == reason

    def test_without_any_status_it_says_nothing(self, world: World) -> None:
        beginning, asked = world.ask()
        message = edited(world.idp.no(asked).message, lambda r: r.remove(the(r, "samlp:Status")))
        assert judged(world.sp, beginning, message) == "provider-refused"


XXE = b"""<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">&x;</samlp:Response>"""
BOMB = (
    b"<!DOCTYPE r [<!ENTITY a0 'ha'>"
    + b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]><r>&a9;</r>"
)
DEEP = b"<r>" * 10_000 + b"</r>" * 10_000


class TestWhatBreaksParsers:
    @pytest.mark.parametrize(
        "text",
        [
            XXE,
            BOMB,
            DEEP,
            b"",
            b"<r",
            b"\x00\xff\xfe",
            b"<r xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='/etc/passwd'/></r>",
            b"<?xml-stylesheet href='https://annan.example/x.xsl'?><r/>",
            b"<r/><!-- efter -->",
            b"<?xml version='1.0' encoding='utf-7'?><r/>",
            b"{}",
        ],
        ids=[
            "xxe",
            "bomb",
            "deep",
            "empty",
            "cut",
            "bytes",
            "xinclude",
            "xslt",
            "after",
            "utf7",
            "json",
        ],
    )
    def test_is_refused_and_no_more(self, world: World, text: bytes) -> None:
        beginning, _ = world.ask()
        assert judged(world.sp, beginning, b64encode(text).decode()) == "malformed"

    @pytest.mark.parametrize("message", ["", "å", "%%%", "A" * (MOST_ANSWER + 1)])
    def test_is_not_even_an_encoded_message(self, world: World, message: str) -> None:
        beginning, _ = world.ask()
        assert judged(world.sp, beginning, message) == "malformed"

    @pytest.mark.parametrize("part", ["xenc:CipherValue", "xenc:EncryptionMethod", "ds:KeyInfo"])
    def test_is_half_of_something_encrypted(self, world: World, part: str) -> None:
        beginning, asked = world.ask()
        names = NS | {"xenc": "http://www.w3.org/2001/04/xmlenc#"}

        def break_it(root: etree._Element) -> None:
            found = root.find(f".//saml:EncryptedAssertion//{part}", names)
            found.getparent().remove(found)

        message = edited(world.answer(asked, Shape(encrypt=True)).message, break_it)
        assert judged(world.sp, beginning, message) in ("malformed", "bad-signature")


class TestLogout:
    def test_that_we_ask_for_is_signed_and_answered(self, world: World) -> None:
        beginning, asked = world.ask()
        proof = judged(world.sp, beginning, world.answer(asked).message)
        assert isinstance(proof, Proof)
        assert proof.identity.login is not None
        found = world.sp.logout_url(proof.identity.login, "r" * 43)
        assert found is not None
        url, request_id = found
        name_id, back = world.idp.logout_asked(_query(url))
        assert name_id == proof.identity.login.name_id
        query = urlsplit(back).query
        assert _query(back)["RelayState"] == "r" * 43
        assert world.sp.logout_answered(_query(back), query, request_id)
        for other in ("_annan", ""):
            with pytest.raises(LoginRefused, match="unknown-login"):
                world.sp.logout_answered(_query(back), query, other)

    def test_that_the_provider_asks_for_names_the_login(self, world: World) -> None:
        _, asked = world.ask()
        login = world.answer(asked).login
        assert login is not None
        url = world.idp.log_out(login)
        wanted = world.sp.logout_asked(_query(url), urlsplit(url).query)
        assert (wanted.name_id, wanted.indexes) == (login.name_id, (login.index,))
        assert wanted.issuer == world.idp.entity_id
        assert wanted.answer_url is not None
        assert "SAMLResponse=" in wanted.answer_url
        assert "Signature=" in wanted.answer_url

    @pytest.mark.parametrize("without", ["Signature", "SigAlg", "SAMLRequest"])
    def test_that_nobody_has_signed_ends_nothing(self, world: World, without: str) -> None:
        params = _query(self._asked(world))
        del params[without]
        with pytest.raises(LoginRefused):
            world.sp.logout_asked(params, "&".join(f"{k}={v}" for k, v in params.items()))

    def test_that_was_changed_ends_nothing(self, world: World) -> None:
        url = self._asked(world)
        changed = url.replace("RelayState=", "RelayState=x")
        with pytest.raises(LoginRefused, match="bad-signature"):
            world.sp.logout_asked(_query(changed), urlsplit(changed).query)

    def test_from_long_ago_ends_nothing(self, world: World) -> None:
        url = self._asked(world)
        world.clock.moved = timedelta(minutes=20)
        with pytest.raises(LoginRefused, match="not-in-force"):
            world.sp.logout_asked(_query(url), urlsplit(url).query)

    def test_that_swells_is_not_swollen(self, world: World) -> None:
        params = _query(self._asked(world))
        params["SAMLRequest"] = b64encode(compress(b"<r>" + b" " * 10_000_000)[INFLATE]).decode()
        with pytest.raises(LoginRefused, match="malformed"):
            world.sp.logout_asked(params, "")

    def test_of_a_provider_that_has_none_is_only_ours(self, world: World) -> None:
        published = world.folder / "utan-utloggning.xml"
        root = etree.parse(world.folder / "idp.xml").getroot()
        for each in list(root.iter("{*}SingleLogoutService")):
            each.getparent().remove(each)
        published.write_bytes(etree.tostring(root))
        sp = world.portal(metadata_file=published, metadata_signers=())
        beginning, asked = world.ask(sp)
        proof = judged(sp, beginning, world.answer(asked).message)
        assert isinstance(proof, Proof)
        assert proof.identity.login is not None
        assert sp.logout_url(proof.identity.login, "r") is None

    def _asked(self, world: World) -> str:
        _, asked = world.ask()
        login = world.answer(asked).login
        assert login is not None
        return world.idp.log_out(login)


class TestOurMetadata:
    def test_has_both_certificates_to_sign_and_to_encrypt(self, world: World) -> None:
        root = etree.fromstring(world.sp.metadata())
        uses = [each.get("use") for each in root.iter("{*}KeyDescriptor")]
        assert sorted(uses) == ["encryption", "encryption", "signing", "signing"]
        alone = world.portal(next_certificate=None, next_private_key=None)
        assert len(list(etree.fromstring(alone.metadata()).iter("{*}KeyDescriptor"))) == 2

    def test_asks_for_the_smallest_set(self, world: World) -> None:
        root = etree.fromstring(world.sp.metadata())
        asked = {
            each.get("Name").rpartition("/")[2]: each.get("isRequired")
            for each in root.iter("{*}RequestedAttribute")
        }
        assert asked == {
            "employeeHsaId": "true",
            "personalIdentityNumber": "true",
            "givenName": None,
            "surname": None,
            "urn:allCommissions": None,
            "systemRole": None,
        }
        assert not any("commission" in name for name in asked), "the provider would ask which"

    def test_is_signed_and_dated_further_than_two_days(self, world: World) -> None:
        root = etree.fromstring(world.sp.metadata())
        assert root.find("ds:Signature", NS) is not None
        end = datetime.fromisoformat(root.get("validUntil"))
        assert timedelta(days=13) < end - datetime.now(UTC) < timedelta(days=15)

    def test_says_that_requests_are_signed_and_assertions_must_be(self, world: World) -> None:
        role = next(iter(etree.fromstring(world.sp.metadata()).iter("{*}SPSSODescriptor")))
        assert role.get("AuthnRequestsSigned") == "true"
        assert role.get("WantAssertionsSigned") == "true"

    def test_holds_no_private_key(self, world: World) -> None:
        assert b"PRIVATE" not in world.sp.metadata()


def _query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def _inflated(message: str) -> etree._Element:
    return etree.fromstring(decompress(b64decode(message), -MAX_WBITS))


def test_the_helper_that_forges_is_believed_when_it_changes_nothing(world: World) -> None:
    beginning, asked = world.ask()
    message = world.answer(asked, Shape(sign_response=True)).message
    same = forged(message, lambda root: None, world.keys.first)
    assert same != message
    assert isinstance(judged(world.sp, beginning, same), Proof)
    assert isinstance(judged(world.sp, beginning, closed(opened(message))), Proof)
