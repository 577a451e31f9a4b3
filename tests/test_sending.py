"""How an answer travels: smaller for whom can unpack it, the same for everybody, and kept where its address names a version."""

from __future__ import annotations

import gzip

import pytest

from pipeline.site.sending import KEPT, packed

TEXT = b"We will share information between response teams. " * 100
STYLE = "/-/static-plugins/cyber-concord/concord.css"


def application(*bodies, kind=b"text/html; charset=utf-8", status=200):
    """An application that answers with these bodies, one after the other."""

    async def app(scope, receive, send):
        headers = [(b"content-type", kind), (b"content-length", str(sum(map(len, bodies))).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for place, body in enumerate(bodies):
            await send({"type": "http.response.body", "body": body, "more_body": place + 1 < len(bodies)})

    return app


async def asked(app, path="/", query=b"", accepted=b"br, gzip"):
    """The headers and the body of an answer."""
    events = []

    async def send(event):
        events.append(event)

    headers = [(b"accept-encoding", accepted)] if accepted else []
    await packed(app)({"type": "http", "path": path, "query_string": query, "headers": headers}, None, send)
    assert [event["type"] for event in events[:1]] == ["http.response.start"]
    return dict(events[0]["headers"]), b"".join(event["body"] for event in events[1:])


@pytest.mark.parametrize("accepted", [b"br, gzip", b"gzip;q=0.5", b"gzip;q=1.0, br;q=0"])
async def test_a_text_is_packed_for_whom_can_unpack_it(accepted):
    headers, body = await asked(application(TEXT), accepted=accepted)
    assert headers[b"content-encoding"] == b"gzip"
    assert headers[b"content-length"] == str(len(body)).encode()
    assert headers[b"vary"] == b"accept-encoding"
    assert len(body) < len(TEXT) / 10
    assert gzip.decompress(body) == TEXT


@pytest.mark.parametrize("accepted", [b"", b"br", b"identity", b"gzip;q=0", b"gzip; q=0.0, br"])
async def test_a_text_comes_as_it_is_to_whom_cannot_unpack_it(accepted):
    headers, body = await asked(application(TEXT), accepted=accepted)
    assert b"content-encoding" not in headers
    assert (headers[b"content-length"], body) == (str(len(TEXT)).encode(), TEXT)
    assert headers[b"vary"] == b"accept-encoding"


@pytest.mark.parametrize("kind", [b"image/png", b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"])
async def test_what_is_packed_already_is_not_packed_again(kind):
    headers, body = await asked(application(TEXT, kind=kind))
    assert b"content-encoding" not in headers
    assert body == TEXT


async def test_a_few_bytes_are_not_packed():
    headers, body = await asked(application(b"no"))
    assert b"content-encoding" not in headers
    assert body == b"no"


async def test_an_answer_that_comes_in_pieces_is_passed_on_piece_by_piece():
    headers, body = await asked(application(TEXT, TEXT))
    assert b"content-encoding" not in headers
    assert body == TEXT + TEXT


async def test_a_style_sheet_whose_address_names_its_version_is_kept():
    headers, _ = await asked(application(TEXT, kind=b"text/css"), STYLE, b"0123")
    assert headers[b"cache-control"] == KEPT.encode()


@pytest.mark.parametrize(
    ("path", "query", "status"), [(STYLE, b"", 200), ("/search", b"q=a", 200), (STYLE, b"0123", 404)]
)
async def test_nothing_else_is_kept(path, query, status):
    headers, _ = await asked(application(TEXT, status=status), path, query)
    assert b"cache-control" not in headers


async def test_what_is_no_request_is_passed_on():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["type"])
        await send({"type": "lifespan.startup.complete"})

    async def send(event):
        seen.append(event["type"])

    await packed(app)({"type": "lifespan"}, None, send)
    assert seen == ["lifespan", "lifespan.startup.complete"]
