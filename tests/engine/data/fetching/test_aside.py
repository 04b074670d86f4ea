"""A server that says nothing, or a byte now and then, keeps nobody waiting who wants to leave."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from engine.data.errors import DataOfflineError, StoppedError
from engine.data.fetching import download
from engine.data.fetching.aside import aside
from engine.data.fetching.download import fetch
from engine.data.fetching.folder import Official, raw_folder
from engine.data.sources.mnist import FILES
from engine.data.spec.spec import DataSpec
from engine.data.tensors.loading import load_data
from tests.engine.data.data_cases import files_of, only_mirror


def silent(_connection: socket.socket, _over: threading.Event) -> None:
    """Takes the connection and says nothing."""


def stuck(connection: socket.socket, over: threading.Event) -> None:
    """Announces much and sends nothing."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")


def trickling(connection: socket.socket, over: threading.Event) -> None:
    """A byte now and then."""
    stuck(connection, over)
    while not over.wait(0.02):
        connection.sendall(b"x")


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[..., None]], None]]:
    """A server that behaves so, known as the only mirror."""
    over, server = threading.Event(), socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def answer(how: Callable[..., None], connection: socket.socket) -> None:
        with connection, suppress(OSError):
            how(connection, over)
            over.wait()

    def accept(how: Callable[..., None]) -> None:
        with suppress(OSError):
            while True:
                thread = threading.Thread(target=answer, args=(how, server.accept()[0]))
                threads.append(thread)
                thread.start()

    def begin(how: Callable[..., None]) -> None:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        only_mirror(monkeypatch, lambda: Official([address], dict.fromkeys((f"{name}.gz" for name in FILES), "0" * 32)))
        threads.append(threading.Thread(target=accept, args=(how,)))
        threads[0].start()

    yield begin
    over.set()
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("how", [silent, stuck, trickling])
def test_a_download_is_left_whatever_the_server_does(how, serve, tmp_path: Path,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    """It would go on until the end of the test otherwise, which never came."""
    monkeypatch.setattr(download, "TIMEOUT", 1000.0)
    serve(how)
    asked = count()
    with pytest.raises(StoppedError):
        load_data(DataSpec(dataset="mnist"), tmp_path, cancelled=lambda: next(asked) > 5)
    folder = raw_folder(files_of("mnist"), tmp_path)
    assert list(folder.iterdir()) == [], "nothing half is left"
    steps = fetch(files_of("mnist"), tmp_path)
    for _ in range(4):
        next(steps)
    steps.close()
    assert list(folder.iterdir()) == []


def test_a_server_that_never_says_anything_is_given_up_in_the_end(serve, tmp_path: Path,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "TIMEOUT", 0.3)
    serve(silent)
    with pytest.raises(DataOfflineError, match="timed out"):
        list(fetch(files_of("mnist"), tmp_path))


# -- the thread aside -----------------------------------------------------------------------------------------------


def test_everything_comes_in_order_and_what_is_raised_is_raised() -> None:
    def make() -> Iterator[int]:
        yield from range(50)
        raise OSError("no more")

    found: list[int | None] = []
    with pytest.raises(OSError, match="no more"):
        found.extend(aside(make))
    assert [value for value in found if value is not None] == list(range(50))
    assert [value for value in aside(lambda: iter("abc")) if value is not None] == ["a", "b", "c"]


def test_not_more_is_made_than_is_wanted_and_after_leaving_nothing() -> None:
    made: list[int] = []

    def make() -> Iterator[int]:
        for value in count():
            made.append(value)
            yield value

    values = aside(make)
    assert next(value for value in values if value is not None) == 0
    time.sleep(0.3)
    assert len(made) < 20
    values.close()
    time.sleep(0.3)
    before = len(made)
    time.sleep(0.2)
    assert len(made) == before
    assert not [thread for thread in threading.enumerate() if thread.name == "aside"]
