"""shared.plumbing.uploads: a file is counted and hashed as it comes, and never larger than its address takes."""

import asyncio
import hashlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import Request
from starlette.requests import ClientDisconnect

from shared.plumbing.problems import TooLarge, UnsupportedMediaType
from shared.plumbing.uploads import IN_MEMORY_BYTES, Upload, accepts, body_of, receive, refuse_if_larger

CSV = accepts("text/csv", "application/vnd.apache.parquet", max_bytes=3 * IN_MEMORY_BYTES)


def request(chunks: list[bytes], media_type: str = "text/csv", *, leaves: bool = False) -> Request:
    """A request whose body arrives in these pieces; the client may leave before the end."""
    messages: Iterator[dict[str, Any]] = iter(
        [
            *({"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks),
            {"type": "http.disconnect"} if leaves else {"type": "http.request", "body": b"", "more_body": False},
        ]
    )

    async def receive_next() -> dict[str, Any]:
        return next(messages)

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", media_type.encode())]}
    return Request(scope, receive_next)


def received(asked: Request) -> tuple[Upload, bytes]:
    async def run() -> tuple[Upload, bytes]:
        async with receive(asked, CSV) as upload:
            return upload, upload.content()

    return asyncio.run(run())


@pytest.mark.parametrize("chunks", [[], [b"a,b\n", b"", b"1,2\n"], [b"x" * IN_MEMORY_BYTES] * 3])
def test_a_file_comes_in_whole(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    upload, content = received(request(chunks, "Text/CSV; charset=utf-8"))
    assert content == whole
    assert (upload.size, upload.media_type) == (len(whole), "text/csv")
    assert upload.sha256 == hashlib.sha256(whole).hexdigest()
    assert upload.file.closed


def test_a_file_can_be_read_more_than_once() -> None:
    async def run() -> list[bytes]:
        async with receive(request([b"abc"]), CSV) as upload:
            return [upload.file.read(), upload.content(), upload.content()]

    assert asyncio.run(run()) == [b"abc"] * 3


@pytest.mark.parametrize("media_type", ["", "text/plain", "text/csvx", "*/*"])
def test_another_kind_of_file_is_refused(media_type: str) -> None:
    with pytest.raises(UnsupportedMediaType, match=r"text/csv, application/vnd\.apache\.parquet") as caught:
        received(request([b"a"], media_type))
    assert (media_type or "without Content-Type") in caught.value.detail


def test_a_file_is_counted_as_it_comes() -> None:
    # The client never stops; the count does.
    endless = [b"x" * IN_MEMORY_BYTES] * 100
    with pytest.raises(TooLarge, match="Send at most 3 MiB"):
        received(request(endless))


def test_a_small_limit_is_told_in_bytes() -> None:
    with pytest.raises(TooLarge, match="Send at most 10 bytes"):
        refuse_if_larger(11, 10)
    refuse_if_larger(10, 10)


def test_a_client_that_leaves_is_no_file() -> None:
    for read in (received, lambda asked: asyncio.run(body_of(asked))):
        with pytest.raises(ClientDisconnect):
            read(request([b"half"], leaves=True))


def test_the_framework_reads_the_body_that_was_counted() -> None:
    async def run() -> bytes:
        asked = request([b"ab", b"cd"])
        assert await body_of(asked) == b"abcd"
        return await asked.body()

    assert asyncio.run(run()) == b"abcd"


def test_a_file_that_is_too_large_is_413(seller: httpx.Client) -> None:
    limit = 2 << 20

    def chunks(size: int) -> Iterator[bytes]:
        for _ in range(size // 1024):
            yield b"x" * 1024
        yield b"x" * (size % 1024)

    headers = {"Content-Type": "text/csv"}
    assert seller.post("/catalogues", content=chunks(limit), headers=headers).json()["size"] == limit
    refused = seller.post("/catalogues", content=chunks(limit + 1), headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (413, "urn:zorgtarief:problem:too-large")
    assert seller.post("/catalogues", content=b"x", headers={"Content-Type": "image/png"}).status_code == 415
