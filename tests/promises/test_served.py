"""Promises 20 to 24: a server that others can reach names no file, serves nobody it should not, and stays up.

Promise 19 is in tests/test_page.py, 25 in tests/test_tools.py.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import string
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from semsearch.indexing.building import build
from semsearch.search.opening import open_index
from semsearch.serve.reader import Reader
from tests.conftest import Program, write_articles
from tests.serving import Served, hostile_index, served

SEED = 20
EVERY = "0.0.0.0"  # noqa: S104  what is refused without a token


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(hostile_index(tmp_path_factory.mktemp("served") / "h", long=False)) as found:
        yield found


# 20: a request names no file, no address, no model

NAMES = [
    "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:9/x",
    "\\\\host\\share", "....//....//etc/passwd", "hostile.jsonl", "ix/truth.sqlite", "\u0000", "~root/.ssh/id", "%00",
]  # fmt: skip


def test_no_request_opens_a_file_or_a_connection(tmp_path: Path) -> None:
    index = hostile_index(tmp_path / "h", long=False)
    log = tmp_path / "audit.txt"
    with served(index, audit=log) as server:
        for _ in range(2):
            server.search("bridge of the river")
            server.get("/api/timeline?q=bridge")
        time.sleep(1.5)
        before = len(log.read_text("utf-8").splitlines())
        for name in NAMES:
            for path in ("/api/documents/", "/static/", "/"):
                reply = server.get(path + quote(name, safe="%./~"))
                assert reply.status_code in (404, 403, 422) or path == "/", (path, name, reply.text)
                assert "root:" not in reply.text and str(tmp_path) not in reply.text
            for given in (
                {"id": name},
                {"id": name, "model": name},
                {"q": name, "index": name},
                {"q": name, "rerank_model": name},
            ):
                assert server.get("/api/similar", params=given).status_code in (404, 422)
            assert server.get("/api/search", params={"q": "x", "model": name}).status_code == 422
            assert server.get("/api/search", params={"q": "x", "named_events": name}).status_code == 422
        opened = log.read_text("utf-8").splitlines()[before:]
    static = str(Path("semsearch") / "serve" / "static")
    assert [line for line in opened if static not in line and not line.startswith("own ")] == []


# 21: local by default


def test_names_and_pages_from_elsewhere_are_refused(server: Served) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost:80:80", "", "[::2]", "127.0.0.2"):
        assert server.get("/api/search?q=x", headers={"Host": host}).status_code in (421, 400), host
    for origin in ("http://evil.example", "null", server.url.replace("http", "https") + ".evil", "http://127.0.0.1:1"):
        for path in ("/", "/api/search?q=x", "/mcp"):
            assert server.get(path, headers={"Origin": origin}).status_code == 403, (origin, path)
    for site in ("cross-site", "same-site"):
        assert server.get("/api/search?q=x", headers={"Sec-Fetch-Site": site}).status_code == 403
        assert (
            server.get("/api/dates", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}).status_code == 403
        )
        assert server.get("/", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}).status_code == 200
    assert (
        server.get("/api/search?q=x", headers={"Origin": server.url, "Sec-Fetch-Site": "same-origin"}).status_code
        == 200
    )
    assert server.get("/api/search?q=x", headers={"Host": "localhost:9999"}).status_code == 200  # of a tunnel
    for reply in (server.get("/"), server.get("/nope"), server.get("/api/search?q=x"), server.get("/static/main.js")):
        assert "access-control-allow-origin" not in reply.headers
        assert "default-src 'none'" in reply.headers["content-security-policy"]
        assert reply.headers["x-content-type-options"] == "nosniff"


def test_a_form_of_another_page_can_send_nothing(server: Served) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", ""):
        reply = httpx.post(
            server.url + "/api/questions", content=b'{"q": "x", "name": "y"}', headers={"Content-Type": kind}
        )
        assert reply.status_code == 415
    for method in ("PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"):
        assert httpx.request(method, server.url + "/api/questions").status_code == 405


def test_an_address_that_others_reach_needs_a_token(
    program: Program, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SEMSEARCH_TOKEN", raising=False)
    for host in (EVERY, "::", "192.0.2.1"):
        ran = program("serve", "--host", host, "--index", server.index)
        assert ran.status == 2 and "SEMSEARCH_TOKEN" in ran.err
    for token in ("short", "has blanks in it, and commas", "x" * 15):
        monkeypatch.setenv("SEMSEARCH_TOKEN", token)
        assert program("serve", "--host", EVERY, "--index", server.index).status == 2


def test_a_token_is_asked_for_everywhere(server: Served) -> None:
    token = "t0ken" * 5
    with served(server.index, "--host", EVERY, "--allow-host", "box.lan", env={"SEMSEARCH_TOKEN": token}) as guarded:
        for path in (
            "/",
            "/api/search?q=x",
            "/static/main.js",
            "/health",
            "/api/openapi.json",
            "/mcp",
            f"/api/info?token={token}",
        ):
            assert guarded.get(path).status_code == 401
            assert guarded.get(path, headers={"Authorization": f"Bearer {token}x"}).status_code == 401
        assert (
            guarded.get("/health", headers={"Authorization": f"Bearer {token}", "Host": "box.lan:1"}).status_code == 200
        )
        reply = guarded.get(f"/?q=bridge&token={token}")
        assert reply.status_code == 303 and reply.headers["location"] == "/?q=bridge"
        cookie = reply.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
        assert guarded.get("/api/info", headers={"Cookie": cookie.partition(";")[0]}).status_code == 200


def test_a_port_that_is_taken_is_told(program: Program, server: Served) -> None:
    port = server.url.rpartition(":")[2]
    ran = program("serve", "--port", port, "--index", server.index)
    assert ran.status == 2 and f"--port {port} is taken" in ran.err
    assert program("serve", "--port", "99999", "--index", server.index).status == 2
    assert program("serve", "--port", "0", "--index", "nowhere").status == 2


# 22: slow and greedy clients harm nobody


def asked_in(server: Served, count: int) -> float:
    """The 95th percentile of the times of so many questions, in seconds."""
    times = []
    with httpx.Client(base_url=server.url, timeout=30) as client:
        for number in range(count):
            begin = time.perf_counter()
            assert client.get("/api/search", params={"q": f"bridge {number % 7}", "mode": "lexical"}).status_code == 200
            times.append(time.perf_counter() - begin)
    return sorted(times)[int(0.95 * count)]


def test_silent_connections_lock_nobody_out(server: Served) -> None:
    asked_in(server, 20)
    before = min(asked_in(server, 60) for _ in range(3))
    port = int(server.url.rpartition(":")[2])
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(300)]
    for each in silent[::2]:
        each.sendall(b"GET /api/search?q=x HTTP/1.1\r\nHost: ")
    after = min(asked_in(server, 60) for _ in range(3))
    for each in silent:
        each.close()
    assert after <= 2 * before + 0.02, (before, after)


def test_requests_that_never_end_and_replies_that_nobody_reads_lock_nobody_out(server: Served) -> None:
    port = int(server.url.rpartition(":")[2])
    head = b"POST /api/batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    body = json.dumps({"questions": [{"text": "bridge harbour report", "k": 100, "explain": True}] * 60}).encode()
    whole = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    held = []
    for sent in [head + b"Content-Length: 100\r\n\r\n"] * 64 + [whole] * 8:
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(sent)
        held.append(connection)
    for _ in range(5):
        assert server.get("/api/search?q=bridge").status_code == 200
    for connection in held:
        connection.close()


def test_a_head_that_never_ends_is_let_go(server: Served) -> None:
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as slow:
        slow.settimeout(20)
        slow.sendall(b"GET / HTTP/1.1\r\n")
        begin = time.monotonic()
        assert slow.recv(1000) == b""
        assert 8 < time.monotonic() - begin < 14


def resident(process: subprocess.Popen[str]) -> int:
    """Bytes of memory that a process has now."""
    return int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_what_is_too_large_is_refused_with_flat_memory(server: Served) -> None:
    server.search("bridge")
    before = resident(server.process)
    port = int(server.url.rpartition(":")[2])
    post = b"POST /api/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    get = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: "
    for head, status in (
        (post + b"Content-Length: 1000000000\r\n\r\n", b"413"),
        (post + b"Content-Length: -1\r\n\r\n", b"400"),
        (get + b"x" * 20_000 + b"\r\n\r\n", b"431"),
        (get + b"x" * 60_000_000, b"431"),
        (b"no http at all\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
    ):
        assert status in said(port, head)[:20], (head[:80], status)
    chunk = b"%x\r\n%s\r\n" % (60_000, b"x" * 60_000)
    assert b"413" in said(port, post + b"Transfer-Encoding: chunked\r\n\r\n" + 3 * chunk)[:20]
    assert server.post("/api/search", {"q": '"a" ' * 2490}).status_code == 422
    for given in ({"k": 10**9}, {"k": 0}, {"per_document": 10**6}, {"q": "x" * 2001}, {"source": ["x"] * 21}):
        assert server.get("/api/search", params={"q": "x", **given}).status_code == 422
    assert resident(server.process) - before < 60_000_000
    server.search("bridge")


def said(port: int, sent: bytes) -> bytes:
    """What a server says to some bytes."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.settimeout(20)
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(sent)
        try:
            return connection.recv(65_536)
        except ConnectionResetError:
            return b"431 "  # it closed before all was sent, and the reply was lost with the rest


def test_too_many_questions_at_once_are_told_so(server: Served) -> None:
    """Each is answered or told to come again; nothing else happens to any."""
    statuses = list[int]()

    def ask() -> None:
        for _ in range(5):
            reply = httpx.get(f"{server.url}/api/search?q=bridge", timeout=60)
            statuses.append(reply.status_code)
            assert reply.status_code == 200 or reply.headers["retry-after"]

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statuses) == 250 and set(statuses) <= {200, 503}
    server.search("bridge")


@pytest.mark.slow
def test_memory_is_flat_over_fifty_thousand_requests(server: Served) -> None:
    sizes = []
    with httpx.Client(base_url=server.url, timeout=30) as client:
        for number in range(50_000):
            client.get("/api/search", params={"q": f"bridge {number}", "mode": "lexical"})
            if number % 10_000 == 9_999:
                sizes.append(resident(server.process))
    assert sizes[-1] - sizes[0] < 30_000_000, sizes


# 23: a bad request is a 4xx of one shape

PATHS = [
    "/api/search", "/api/timeline", "/api/compare", "/api/similar", "/api/documents/x", "/api/dates", "/api/stories",
    "/api/info", "/health", "/api/feed.rss", "/api/feed.json", "/api/batch", "/api/questions", "/api/questions/seen",
    "/api/questions/forget", "/api/dossier", "/mcp", "/nope", "/api/openapi.json", "/static/x", "/opensearch.xml", "/",
]  # fmt: skip
FIELDS = ["q", "k", "since", "until", "on", "event", "as_of", "recency", "source", "where", "time", "mode", "format",
          "id", "a", "b", "by", "at", "sha", "only", "explain", "sort", "per_document", "bars", "peaks",
          "window", "nope"]  # fmt: skip


VALUES = [
    "", "x", "0", "-1", "1e9", "2022", "2022-13", "2022-11..2022-12", "9999-12-31", "0000", "NaN", "true", "null",
    "json", "\u202e", "\x00", "'; DROP TABLE", "-" * 50, "a=b", "pages>x", "pages>1e999", "30d", "x" * 300,
    "\U0001f680" * 40, "\u00ed\u00a0\u0080",
]  # fmt: skip
BODIES = [None, "x", 3, {"q": ["x"]}, {"q": {"a": 1}}, {"questions": [{"text": "x", "k": -1}, {"id": 1}]}]
RAW = [b"{", b"\xff\xfe", b"", b"[" * 5_000, b'{"q": NaN}']


def random_value(rng: random.Random) -> str:
    return rng.choice([*VALUES, "".join(rng.choices(string.printable, k=30))])


def random_request(rng: random.Random) -> dict[str, Any]:
    path = rng.choice(PATHS)
    given = [(rng.choice(FIELDS), random_value(rng)) for _ in range(rng.randint(0, 6))]
    if rng.random() < 0.5:
        given.append(("q", "bridge"))
    if rng.random() < 0.25:
        body: Any = rng.choice([dict(given), given, *BODIES])
        content = rng.choice([json.dumps(body).encode(), *RAW])
        return {"method": "POST", "url": path, "content": content, "headers": {"Content-Type": "application/json"}}
    return {"method": rng.choice(["GET"] * 9 + ["DELETE"]), "url": path, "params": given}


@pytest.mark.parametrize("count", [300, pytest.param(20_000, marks=pytest.mark.slow)])
def test_no_request_is_a_fault_of_the_server(server: Served, count: int) -> None:
    rng = random.Random(SEED)
    with httpx.Client(base_url=server.url, timeout=30) as client:
        for number in range(count):
            asked = random_request(rng)
            reply = client.request(**asked)
            if reply.status_code >= 400 and not asked["url"].startswith("/mcp"):
                assert_one_shape(reply, (SEED, number, asked))
            assert reply.status_code < 500 or (asked["url"] == "/mcp" and reply.status_code == 503), (
                SEED,
                number,
                asked,
                reply.text,
            )
            assert str(server.index.parent) not in reply.text


def assert_one_shape(reply: httpx.Response, what: object) -> None:
    assert reply.headers["content-type"] == "application/json", what
    error = reply.json()["error"]
    assert set(error) == {"code", "message", "field", "hint"} and error["code"] and error["message"], what


# 24: a served index can be replaced


@pytest.mark.parametrize("times", [6, pytest.param(50, marks=pytest.mark.slow)])
def test_an_index_is_replaced_under_load_without_a_failed_request(tmp_path: Path, times: int) -> None:
    articles = write_articles(tmp_path / "articles")
    build([articles], tmp_path / "ix", model="hash")
    failed, end = list[str](), threading.Event()
    with served(tmp_path / "ix") as server:

        def ask() -> None:
            with httpx.Client(base_url=server.url, timeout=30) as client:
                while not end.is_set():
                    reply = client.get("/api/search", params={"q": "the town"})
                    if reply.status_code != 200 or not reply.json()["hits"]:
                        failed.append(reply.text)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for number in range(times):
            (articles / f"new{number}.txt").write_text(
                f" date 2023-01-01 The town has a harbour numbered q{number}q.\n", "utf-8"
            )
            build([articles], tmp_path / "ix", rebuild=number % 5 == 4)
            begin = time.monotonic()
            while not server.search(f"q{number}q", mode="lexical")["hits"]:
                assert time.monotonic() - begin < 5
                time.sleep(0.05)
        end.set()
        for thread in threads:
            thread.join()
        assert failed == []
        assert server.get("/health").json()["status"] == "ok"


BREAKS: dict[str, Callable[[Path], object]] = {
    "cut": lambda path: os.truncate(path, 100),
    "junk": lambda path: path.write_bytes(b"junk" * 1000),
    "zeros": lambda path: path.write_bytes(b"\0" * path.stat().st_size),
    "gone": lambda path: path.unlink(),
    "flipped": lambda path: path.write_bytes(flipped(path.read_bytes())),
}


def flipped(data: bytes) -> bytes:
    """Bytes with some of the middle turned round."""
    at = len(data) // 2
    return data[:at] + bytes(255 - each for each in data[at : at + 64]) + data[at + 64 :]


@pytest.mark.parametrize("suffix", [".faiss", ".safetensors"])
def test_a_search_file_with_flipped_bits_does_not_take_the_place_of_a_sound_one(tmp_path: Path, suffix: str) -> None:
    """Opening alone does not meet them."""
    articles = write_articles(tmp_path / "articles")
    build([articles], tmp_path / "ix", model="hash")
    with served(tmp_path / "ix") as server:
        before = server.search("the town")
        for path in (tmp_path / "ix").glob(f"*{suffix}"):
            data = path.read_bytes()
            path.write_bytes(data[:-40] + bytes(255 - each for each in data[-40:]))
        wait = time.monotonic() + 5
        while server.get("/health").json()["status"] == "ok":
            assert time.monotonic() < wait
            time.sleep(0.1)
        assert server.search("the town") == before and before["notes"] == []


def test_damage_is_told_without_a_path(tmp_path: Path) -> None:
    build([write_articles(tmp_path / "articles")], tmp_path / "ix", model="hash")
    for path in (tmp_path / "ix").glob("*.faiss"):
        path.write_bytes(b"junk")
    with served(tmp_path / "ix") as server:
        reply = server.get("/api/search?q=the+town")
        assert reply.status_code == 200 and reply.json()["hits"]
        assert (
            "damaged" in reply.json()["notes"][0] and "semsearch-" not in reply.text and str(tmp_path) not in reply.text
        )


def test_a_reader_outlives_whatever_opening_a_newer_index_raises(tmp_path: Path) -> None:
    articles = write_articles(tmp_path / "articles")
    build([articles], tmp_path / "ix", model="hash")
    fails = list[bool]()

    def open_engine(folder: Path) -> Any:
        if fails:
            raise MemoryError
        return open_index(folder)

    reader = Reader(tmp_path / "ix", open_engine, lambda _: None)
    reader.start()
    fails.append(True)
    (articles / "new.txt").write_text(" date 2023-01-01 The town again.\n", "utf-8")
    build([articles], tmp_path / "ix")
    time.sleep(2.5)
    assert reader.alive and reader.stale
    assert len(asyncio.run(reader.ask(lambda engine: engine.search("the town").hits))) >= 2
    reader.stop()
    assert not reader.alive


def test_the_end_does_not_wait_for_a_question_that_takes_long(tmp_path: Path) -> None:
    build([write_articles(tmp_path / "articles")], tmp_path / "ix", model="hash")
    opened, begun, answered = list[Path](), threading.Event(), threading.Event()

    def open_engine(folder: Path) -> Any:
        opened.append(folder)
        return open_index(folder)

    def takes_long(_: object) -> None:
        begun.set()
        answered.wait()

    reader = Reader(tmp_path / "ix", open_engine, lambda _: None)
    reader.start()
    threading.Thread(target=lambda: asyncio.run(reader.ask(takes_long)), daemon=True).start()
    begun.wait()
    reader.stop()
    assert reader.alive and opened[-1] != tmp_path / "ix" and not opened[-1].exists()
    answered.set()


def test_an_end_while_a_newer_index_is_opened_leaves_no_copy(tmp_path: Path) -> None:
    articles = write_articles(tmp_path / "articles")
    build([articles], tmp_path / "ix", model="hash")
    copies, begun, go_on = list[Path](), threading.Event(), threading.Event()

    def open_engine(folder: Path) -> Any:
        if folder != tmp_path / "ix":
            copies.append(folder)
            if len(copies) == 2:
                begun.set()
                go_on.wait()
        return open_index(folder)

    reader = Reader(tmp_path / "ix", open_engine, lambda _: None)
    reader.start()
    (articles / "new.txt").write_text(" date 2023-01-01 The town again.\n", "utf-8")
    build([articles], tmp_path / "ix")
    assert begun.wait(20)
    reader.stop()
    assert len(copies) == 2 and not any(copy.exists() for copy in copies)
    go_on.set()


@pytest.mark.parametrize("how", BREAKS)
def test_an_index_that_is_broken_on_purpose_leaves_the_old_one_answering(tmp_path: Path, how: str) -> None:
    articles = write_articles(tmp_path / "articles")
    build([articles], tmp_path / "ix", model="hash")
    with served(tmp_path / "ix") as server:
        before = server.search("the town")
        for path in (tmp_path / "ix").iterdir():
            if path.suffix in (".sqlite", ".faiss", ".safetensors"):
                BREAKS[how](path)
        for _ in range(15):
            assert server.search("the town") == before
            time.sleep(0.1)
        health = server.get("/health").json()
        assert health["status"] == "stale" and health["stale"] in ("IndexDamaged", "IndexMissing", "FormatMismatch")
        assert server.post("/api/search", {"q": "the market"}).status_code == 200
        build([articles], tmp_path / "ix", model="hash", rebuild=True)
        time.sleep(2.5)
        assert server.get("/health").json()["status"] == "ok"


def test_a_server_ends_within_two_seconds_of_a_signal(server: Served, tmp_path: Path) -> None:
    with served(server.index) as other:
        other.search("bridge")
        begin = time.monotonic()
        other.process.terminate()
        assert other.process.wait(10) == 0
        assert time.monotonic() - begin < 3


def test_the_help_names_what_it_needs(program: Program) -> None:
    assert "SEMSEARCH_TOKEN" in program("serve", "--help").out
    assert sys.version_info >= (3, 11)


@pytest.mark.slow
def test_schemathesis_finds_no_fault_of_the_server(server: Served) -> None:
    schema = f"{server.url}/api/openapi.json"
    command = [str(Path(sys.executable).parent / "schemathesis"), "run", schema, "--phases", "coverage,fuzzing"]
    checks = ["--checks", "not_a_server_error", "--max-examples", "60", "--seed", str(SEED)]
    ran = subprocess.run([*command, *checks], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-3000:]
