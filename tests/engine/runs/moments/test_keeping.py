"""Keeping moments while a run goes on: within their room and time, and whole whenever it ends."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine.files import WriteError
from engine.runs.moments import files, keeping
from engine.runs.moments.files import MomentError
from engine.runs.moments.keeping import Keeper
from engine.runs.moments.kept import Moments
from engine.runs.moments.names import name_of
from engine.runs.moments.removing import remove_moments
from tests.engine.runs.moments.test_coding import same

State = dict[str, Tensor]


@pytest.fixture(autouse=True)
def a_little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LEAST", 0)


def states(count: int, size: int = 2000) -> list[State]:
    """As training makes them: each goes on from the one before."""
    generator = torch.Generator().manual_seed(0)
    found = [{"w": torch.randn(size, generator=generator), "n": torch.tensor(0)}]
    for at in range(1, count):
        found.append({"w": found[-1]["w"] + 0.02 / at * torch.randn(size, generator=generator), "n": torch.tensor(at)})
    return found


def keep(folder: Path, given: list[State], first: int = 0, upto: float | None = None) -> Keeper:
    keeper = Keeper(folder, upto)
    for at, state in enumerate(given, first):
        keeper.keep(at, state)
    return keeper


def test_a_hundred_epochs_have_room_and_are_exact(tmp_path: Path) -> None:
    given = states(101)
    keep(tmp_path / "moments", given)
    moments = Moments(tmp_path / "moments", cache=0)
    raw = sum(value.nbytes for value in given[0].values())
    assert moments.size == sum(path.stat().st_size for path in moments.folder.iterdir()) <= 11.5 * raw
    assert 12 <= len(moments) == len(moments.positions) and (moments.positions[0], moments.positions[-1]) == (0, 100)
    assert all(same(moments.weights(at), given[round(at)]) for at in moments)


def test_few_numbers_are_kept_for_every_epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LEAST", 2**16)
    given = states(60, size=3)
    keep(tmp_path, given)
    assert Moments(tmp_path).positions == tuple(range(60))


def test_a_slow_one_is_kept_less_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "FREE", 0.5)
    now = [0.0]

    def clock() -> float:
        now[0] += 0.2  # each takes that long
        return now[0]

    keeper, given = Keeper(tmp_path, clock=clock), states(40)
    for at, state in enumerate(given):
        now[0] += 1.0  # an epoch
        keeper.keep(at, state)
    kept = Moments(tmp_path).positions
    assert kept[0] == 0 and 0.2 * len(kept) < 0.5 + 0.04 * now[0] and len(kept) >= 4


def test_it_goes_on_where_it_was_left(tmp_path: Path) -> None:
    given = states(9)
    keep(tmp_path, given[:6])
    keep(tmp_path, given[4:], 4, upto=3)
    moments = Moments(tmp_path)
    assert moments.positions == tuple(range(9)) and all(same(moments.weights(at), given[round(at)]) for at in moments)


def test_what_comes_after_the_checkpoint_goes(tmp_path: Path) -> None:
    keep(tmp_path, states(6))
    Keeper(tmp_path, 2.5).begin()
    assert Moments(tmp_path).positions == (0, 1, 2)
    Keeper(tmp_path).begin()
    assert not Moments(tmp_path).positions


def test_what_it_goes_on_from_may_be_damaged(tmp_path: Path) -> None:
    given = states(6)
    keep(tmp_path, given[:4])
    damaged = tmp_path / name_of(2)
    damaged.write_bytes(damaged.read_bytes()[:-30])
    keep(tmp_path, given[4:], 4, upto=3)
    moments = Moments(tmp_path)
    assert same(moments.weights(4), given[4]) and same(moments.weights(5), given[5]) and same(
        moments.weights(1), given[1])
    for lost in (2, 3):
        with pytest.raises(MomentError, match="it is damaged"):
            moments.weights(lost)


def test_other_layers_begin_anew(tmp_path: Path) -> None:
    one, other = {"a": torch.ones(300)}, {"a": torch.ones(200), "b": torch.ones(5)}
    keep(tmp_path, [one, other, other])
    assert [sorted(Moments(tmp_path).weights(at)) for at in range(3)] == [["a"], ["a", "b"], ["a", "b"]]


class Killed(BaseException):
    pass


@pytest.mark.parametrize("act", ["replace", "unlink"])
@pytest.mark.parametrize("when", range(12))
def test_killed_at_any_time_all_that_is_there_is_exact(act: str, when: int, tmp_path: Path,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "TIMES", 3.0)
    given, folder, left, plain = states(12, 400), tmp_path / "run", [when], getattr(Path, act)

    def counted(self: Path, *args: object, **named: object) -> object:
        if self.suffix == ".moment":
            left[0] -= 1
            if left[0] < 0:
                raise Killed
        return plain(self, *args, **named)

    with monkeypatch.context() as patched:
        patched.setattr(Path, act, counted)
        with suppress(Killed):
            keep(folder, given)
    moments = Moments(folder)
    assert all(same(moments.weights(at), given[round(at)]) for at in moments)
    upto = max(moments.positions, default=-1.0)
    keep(folder, given, 0, upto=upto)
    assert all(same(moments.weights(at), given[round(at)]) for at in Moments(folder).positions)
    assert moments.positions[-1] == 11 and not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_a_full_disk_loses_that_moment_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise WriteError("{path} could not be written: no space left", path=tmp_path)

    given, keeper = states(4), Keeper(tmp_path)
    keeper.keep(0, given[0])
    with monkeypatch.context() as patched:
        patched.setattr(files, "write_bytes", full)
        with pytest.raises(WriteError):
            keeper.keep(1, given[1])
    keeper.keep(2, given[2])
    assert Moments(tmp_path).positions == (0, 2) and same(Moments(tmp_path).weights(2), given[2])


def test_a_reader_is_not_disturbed_by_one_who_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "TIMES", 5.0)
    given, moments, plain = states(60, 300), Moments(tmp_path, cache=0), files.read_head
    keeper, rest = keep(tmp_path, given[:10]), iter(range(10, 60))

    def meanwhile(path: Path) -> files.Head:
        if (at := next(rest, None)) is not None:
            keeper.keep(at, given[at])
        return plain(path)

    read = 0
    while (positions := moments.positions)[-1] < 55:
        with monkeypatch.context() as patched:
            patched.setattr(files, "read_head", meanwhile)
            try:
                found = moments.weights(positions[-2])
            except MomentError:
                assert positions[-2] not in moments.positions, "it was taken out"
            else:
                assert same(found, given[round(positions[-2])])
                read += 1
    assert read > 2


def test_only_its_own_files_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "moments"
    keep(folder, states(3))
    (folder / "mine.txt").write_text("mine")
    (folder / f".{name_of(1)}.{os.getpid()}-abcdefgh.moment").write_text("half")
    remove_moments(folder)
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    shutil.rmtree(folder)
    remove_moments(folder)
    assert not folder.exists()
