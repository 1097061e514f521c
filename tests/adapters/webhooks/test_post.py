"""One attempt: to a checked address and no other, in bounded time, by the name's certificate."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from httpx2 import URL

from adapters.webhooks import post as posting
from adapters.webhooks.letters import Letter, Reply, Resolver, Unsafe, judge
from adapters.webhooks.post import Post
from tests.adapters.running import raised
from tests.adapters.webhooks.certificates import authority
from tests.adapters.webhooks.lab import Receiver, receiver, resolver

HEADERS = {"content-type": "application/json", "webhook-id": "m-1"}
HERE = {"127_0_0_1": ["127.0.0.1"]}
NOT_PUBLIC = "its host has an address that is not public"


def play(story: Callable[[Receiver], Awaitable[None]], tls: ssl.SSLContext | None = None) -> None:
    async def scenario() -> None:
        async with receiver(tls) as found:
            await story(found)

    asyncio.run(scenario())


def a_letter(url: str) -> Letter:
    return Letter(url, HEADERS, b'{"a":1}')


async def posted(url: str, **addresses: list[str]) -> Reply:
    """What comes of it on a platform whose operator lets webhooks go inside."""
    post = Post(resolver(**addresses), private=True)
    try:
        return await post(a_letter(url))
    finally:
        await post.close()


def test_a_letter_arrives_with_its_headers_and_body_under_its_name() -> None:
    async def story(found: Receiver) -> None:
        reply = await posted(
            f"http://hooks.example:{found.port}/a?b=c", hooks_example=["127.0.0.1"]
        )
        [got] = found.got
        assert reply == Reply(status=204)
        assert reply.taken
        assert (got.path, got.body) == ("/a?b=c", b'{"a":1}')
        assert got.headers["host"] == f"hooks.example:{found.port}"
        assert got.headers["webhook-id"] == "m-1"

    play(story)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_is_a_success(status: int) -> None:
    assert Reply(status=status).taken


@pytest.mark.parametrize("status", [100, 199, 300, 304, 400, 410, 429, 500, None])
def test_nothing_else_is(status: int | None) -> None:
    assert not Reply(status=status).taken


def test_only_410_says_that_it_is_gone() -> None:
    assert Reply(status=410).gone
    assert not Reply(status=404).gone


# --- where it goes -----------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.1", "169.254.169.254"])
def test_without_leave_nothing_goes_inside(address: str) -> None:
    async def story(found: Receiver) -> None:
        post = Post(resolver(hooks_example=[address]))
        reply = await post(a_letter(f"https://hooks.example:{found.port}/"))
        assert reply == Reply(error=NOT_PUBLIC)
        assert found.got == []

    play(story)


def test_a_name_that_was_public_when_it_was_registered_is_judged_again(tmp_path: Path) -> None:
    """DNS rebinding: the first look-up is harmless, the second leads inside."""
    made = authority(tmp_path)

    async def story(found: Receiver) -> None:
        answers = [["8.8.8.8"], ["127.0.0.1"]]

        async def rebinding(_host: str, _port: int) -> list[str]:
            return answers.pop(0)

        url = f"https://hooks.example:{found.port}/"
        assert await judge(URL(url), rebinding, private=False) == ["8.8.8.8"]
        post = Post(rebinding, tls=made.trusted)
        assert await post(a_letter(url)) == Reply(error=NOT_PUBLIC)
        assert answers == []
        assert found.got == []

    play(story, made.serving("hooks.example"))


def test_the_name_is_looked_up_once_for_each_attempt_and_that_address_is_used() -> None:
    async def story(found: Receiver) -> None:
        asked: list[str] = []

        async def once(host: str, _port: int) -> list[str]:
            asked.append(host)
            return ["127.0.0.1"] if len(asked) == 1 else []

        post = Post(once, private=True)
        assert (await post(a_letter(f"http://hooks.example:{found.port}/"))).taken
        assert (await post(a_letter(f"http://hooks.example:{found.port}/"))).error == (
            "its host has no address"
        )
        assert asked == ["hooks.example", "hooks.example"]
        await post.close()

    play(story)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_leads_nowhere(status: int) -> None:
    async def story(found: Receiver) -> None:
        async with receiver() as elsewhere:
            found.then(status, location=elsewhere.url)
            reply = await posted(found.url, **HERE)
            assert (reply.status, reply.taken) == (status, False)
            assert elsewhere.got == []
            assert len(found.got) == 1

    play(story)


def test_a_proxy_in_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(found: Receiver) -> None:
        async with receiver() as proxy:
            for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
                monkeypatch.setenv(name, proxy.url)
            assert (await posted(found.url, **HERE)).taken
            assert proxy.got == []

    play(story)


def test_cookies_are_not_kept() -> None:
    async def story(found: Receiver) -> None:
        post = Post(resolver(**HERE), private=True)
        found.then(204, **{"set-cookie": "a=b; Path=/"})
        for _ in range(2):
            assert (await post(a_letter(found.url))).taken
        assert "cookie" not in found.got[1].headers
        await post.close()

    play(story)


def test_where_nobody_listens_the_host_s_next_address_is_tried() -> None:
    async def story(found: Receiver) -> None:
        reply = await posted(
            f"http://hooks.example:{found.port}/", hooks_example=["::1", "127.0.0.1"]
        )
        assert reply.taken

    play(story)


def test_where_nobody_listens_at_all_that_is_said() -> None:
    async def scenario() -> None:
        reply = await posted("http://hooks.example:1/", hooks_example=["127.0.0.1"])
        assert reply == Reply(error="no connection")

    asyncio.run(scenario())


# --- TLS goes by the name ----------------------------------------------------------------------


def test_a_certificate_made_out_for_the_name_is_accepted(tmp_path: Path) -> None:
    made = authority(tmp_path)

    async def story(found: Receiver) -> None:
        post = Post(resolver(hooks_example=["127.0.0.1"]), private=True, tls=made.trusted)
        for name in ("hooks.example", "hooks.example.", "HOOKS.example"):
            assert await post(a_letter(f"https://{name}:{found.port}/")) == Reply(status=204)
        await post.close()

    play(story, made.serving("hooks.example"))


def test_one_for_another_name_or_from_nobody_known_is_not(tmp_path: Path) -> None:
    made = authority(tmp_path)

    async def story(found: Receiver) -> None:
        resolve = resolver(hooks_example=["127.0.0.1"])
        for tls in (made.trusted, None):
            post = Post(resolve, private=True, tls=tls)
            reply = await post(a_letter(f"https://hooks.example:{found.port}/"))
            assert reply.error is not None
            assert reply.error.startswith("no TLS connection")
            await post.close()
        assert found.got == []

    play(story, made.serving("other.example"))


def test_two_names_at_one_address_never_share_a_connection(tmp_path: Path) -> None:
    made = authority(tmp_path)

    async def story(found: Receiver) -> None:
        found.keeps = True
        both = resolver(hooks_example=["127.0.0.1"], victim_example=["127.0.0.1"])
        post = Post(both, private=True, tls=made.trusted)
        assert (await post(a_letter(f"https://hooks.example:{found.port}/"))).taken
        reply = await post(a_letter(f"https://victim.example:{found.port}/"))
        assert reply.status is None
        assert len(found.got) == 1
        await post.close()

    play(story, made.serving("hooks.example"))


# --- bounds ------------------------------------------------------------------------------------


def test_an_endpoint_that_does_not_answer_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "ANSWER", 0.3)

    async def story(found: Receiver) -> None:
        found.open.clear()
        began = time.monotonic()
        reply = await posted(found.url, **HERE)
        assert reply == Reply(error="no answer within 0.3 s")
        assert time.monotonic() - began < 5

    play(story)


def test_a_name_that_is_not_resolved_in_time_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "ANSWER", 0.3)

    async def story(found: Receiver) -> None:
        async def never(_host: str, _port: int) -> list[str]:
            return await asyncio.Future()

        assert await Post(never)(a_letter(found.url)) == Reply(error="no answer within 0.3 s")

    play(story)


def test_a_large_body_in_answer_is_not_read() -> None:
    async def story(found: Receiver) -> None:
        found.body, found.always = b"x" * 20_000_000, 200
        began = time.monotonic()
        assert (await posted(found.url, **HERE)).taken
        assert time.monotonic() - began < 5

    play(story)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 ",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 2_000_000,
        b"HTTP/1.1 9999 ?\r\n\r\n",
    ],
    ids=["nothing", "half a line", "not HTTP", "endless headers", "no such status"],
)
def test_an_answer_that_is_no_http_is_a_failure(answer: bytes) -> None:
    async def scenario() -> None:
        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            writer.close()

        server = await asyncio.start_server(speak, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        reply = await posted(f"http://hooks.example:{port}/", hooks_example=["127.0.0.1"])
        server.close()
        assert reply == Reply(error="the connection broke before an answer came")

    asyncio.run(scenario())


# --- the system's resolver ---------------------------------------------------------------------


def test_the_system_s_resolver_takes_names_addresses_and_what_is_neither() -> None:
    async def scenario() -> None:
        resolve = Resolver()
        assert set(await resolve("localhost", 80)) <= {"127.0.0.1", "::1"}
        assert await resolve("127.0.0.1", 80) == ["127.0.0.1"]
        assert await resolve("::1", 80) == ["::1"]
        assert await resolve("nowhere.invalid", 80) == []
        assert await resolve("a" * 300, 80) == []
        resolve.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost"])
def test_addresses_in_odd_forms_are_judged_as_what_they_are_connected_to(host: str) -> None:
    async def scenario() -> None:
        resolve = Resolver()

        async def same(_host: str, port: int) -> list[str]:
            return await resolve(host, port)

        error = await raised(judge(URL("https://hooks.example/"), same, private=False))
        assert isinstance(error, Unsafe)
        resolve.close()

    asyncio.run(scenario())
