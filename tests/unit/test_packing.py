"""What is compressed on its way to a browser, and what is not."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from portal.packing import pack

TEXT = "<p>Återbesök</p>" * 200
GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def closed() -> list[str]:
    return []


@pytest.fixture
def client(tmp_path: Path, closed: list[str]) -> FlaskClient:
    (tmp_path / "a.css").write_text("p { color: red }\n" * 50)
    (tmp_path / "a.woff2").write_bytes(b"wOF2" * 50)
    app = Flask("packing", static_folder=str(tmp_path), static_url_path="/static")
    app.after_request(pack)

    def parts() -> Iterator[str]:
        try:
            yield "<p>först</p>"
            yield TEXT
        finally:
            closed.append("closed")

    app.add_url_rule("/stream", view_func=lambda: Response(parts(), mimetype="text/html"))
    app.add_url_rule("/page", view_func=lambda: TEXT, methods=["GET", "POST"], endpoint="page")
    app.add_url_rule(
        "/paper", view_func=lambda: Response(TEXT, mimetype="application/pdf"), endpoint="paper"
    )
    return app.test_client()


def opened(body: bytes) -> str:
    return zlib.decompress(body, zlib.MAX_WBITS | 16).decode()


@pytest.mark.parametrize("path", ["/page", "/stream", "/static/a.css?v=1"])
def test_what_is_text_comes_packed_and_is_the_same_text(client: FlaskClient, path: str) -> None:
    plain = client.get(path)
    packed = client.get(path, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert opened(packed.data) == plain.text
    assert len(packed.data) < len(plain.data) / 2
    assert packed.headers.get("Content-Length", str(len(packed.data))) == str(len(packed.data))


def test_each_part_can_be_read_when_it_comes(client: FlaskClient) -> None:
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    parts = client.get("/stream", headers=GZIP, buffered=False).iter_encoded()
    assert reader.decompress(next(parts)).decode() == "<p>först</p>"
    assert reader.decompress(next(parts)).decode() == TEXT


def test_a_reader_who_leaves_ends_the_page(client: FlaskClient, closed: list[str]) -> None:
    answer = client.get("/stream", headers=GZIP, buffered=False)
    next(answer.iter_encoded())
    assert closed == []
    answer.close()
    assert closed == ["closed"]


@pytest.mark.parametrize("path", ["/paper", "/static/a.woff2"])
def test_what_would_not_shrink_is_left(client: FlaskClient, path: str) -> None:
    assert "Content-Encoding" not in client.get(path, headers=GZIP).headers


def test_a_file_that_the_browser_has_is_not_sent_again(client: FlaskClient) -> None:
    etag = client.get("/static/a.css", headers=GZIP).headers["ETag"]
    assert client.get("/static/a.css", headers=GZIP | {"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("site", ["cross-site", "same-site", None])
def test_words_of_another_site_are_never_packed_with_ours(
    client: FlaskClient, method: str, site: str | None
) -> None:
    """BREACH: whoever chooses a part of a page could guess the rest from its length."""
    headers = GZIP | ({"Sec-Fetch-Site": site} if site else {})
    answer = client.open("/page?sok=gissning", method=method, headers=headers)
    assert "Content-Encoding" not in answer.headers
    assert answer.text == TEXT


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_links_with_choices_in_them_are(client: FlaskClient, site: str) -> None:
    answer = client.get("/page?sok=hemtjanst", headers=GZIP | {"Sec-Fetch-Site": site})
    assert answer.headers["Content-Encoding"] == "gzip"


def test_who_comes_back_from_the_login_gets_the_page_packed(client: FlaskClient) -> None:
    answer = client.get("/page", headers=GZIP | {"Sec-Fetch-Site": "cross-site"})
    assert answer.headers["Content-Encoding"] == "gzip"
