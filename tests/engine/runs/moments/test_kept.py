"""The moments of real runs: exactly what passed by, through every way that a run can go on."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine.experiment.experiment import Experiment, Variant
from engine.export.weight_files import load_weights
from engine.runs.continuing import going_on
from engine.runs.folder import record
from engine.runs.moments.files import MomentError, write_moment
from engine.runs.moments.kept import Moments
from engine.runs.moments.names import name_of, place_of
from engine.runs.names import BEST, LAST, MOMENTS
from engine.runs.opened import open_run
from engine.runs.replaying import replay_of
from engine.training import Control, fit, fit_series, run
from engine.training.events import EpochEnded, Event, MemberStarted, MomentReached, Point
from tests.engine.cases import experiment, of_type, with_recipe
from tests.engine.runs.moments.test_coding import same

BN = (("flatten", "Flatten", {}), ("fc1", "Linear", {"out_features": 6}), ("bn1", "BatchNorm1d", {}),
      ("fc2", "Linear", {"out_features": 10}))  # fmt: skip
BASE = experiment(*BN, epochs=3)
Passed = dict[float, dict[str, Tensor]]


def passed(events: Iterable[Event]) -> Passed:
    """The weights of all moments, as they went by."""
    return {place_of(event.position): dict(event.weights) for event in events
            if isinstance(event, (MomentReached, EpochEnded))}


def whole(base: Experiment, folder: Path) -> Passed:
    return passed(record(fit(base), base, folder))


def expect(moments: Moments, known: Passed) -> None:
    """All of them are there, bit for bit."""
    assert set(moments.positions) == set(known)
    assert all(same(moments.weights(at), known[at]) for at in moments)


def test_a_run_has_its_first_step_parts_of_its_first_epoch_and_every_epoch(tmp_path: Path) -> None:
    known, found = whole(BASE, tmp_path), open_run(tmp_path)
    expect(found.moments, known)
    assert sum(0 < at < 1 for at in known) >= 4 and {0.0, 1.0, 2.0, 3.0} < set(known)
    best, last = found.state.best_epoch, load_weights(tmp_path / LAST)
    assert all(torch.equal(last[key], value) for key, value in found.moments.weights(3).items())
    assert all(torch.equal(load_weights(tmp_path / BEST)[key], value)
               for key, value in found.moments.weights(float(best or 0)).items())


def test_the_first_is_what_it_begins_with_and_nothing_about_the_training_is_another(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.network.weights import initial_module

    events = list(fit(BASE))
    first = of_type(events, MomentReached)[0]
    assert first.position == 0 and same(dict(first.weights), dict(initial_module(BASE).state_dict()))
    monkeypatch.setattr(run, "moments_within", lambda _batches: frozenset())
    others = of_type(list(fit(BASE)), EpochEnded)
    assert all(same(dict(one.weights), dict(other.weights))
               for one, other in zip(of_type(events, EpochEnded), others, strict=True))


def test_averaged_weights_are_those_that_predict(tmp_path: Path) -> None:
    base = with_recipe(BASE, averaging="ema:decay=0.9")
    known = whole(base, tmp_path)
    expect(open_run(tmp_path).moments, known)


def stopped(base: Experiment, folder: Path, at: float) -> Passed:
    control = Control()

    def watched() -> Iterator[Event]:
        for event in record(fit(base, control), base, folder):
            yield event
            if isinstance(event, Point) and event.position > at:
                control.stop()

    return passed(watched())


@pytest.mark.parametrize("at", [0.3, 1.4])
def test_it_goes_on_with_all_it_had(at: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 0.0)
    begun = stopped(BASE, tmp_path, at)
    going = going_on(tmp_path, BASE)
    rest = passed(record(fit(going.experiment, resume=going.checkpoint), BASE, going.folder, going.checkpoint,
                         about=going.about))
    expect(open_run(tmp_path).moments, begun | rest)
    assert any(at > position > 0 for position in begun)


def test_a_new_run_beside_it_begins_with_its_moments(tmp_path: Path) -> None:
    known, more = whole(BASE, tmp_path / "one"), with_recipe(BASE, epochs=5)
    going = going_on(tmp_path / "one", more, lambda: tmp_path / "two")
    rest = passed(record(fit(going.experiment, resume=going.checkpoint), going.experiment, going.folder,
                         going.checkpoint, about=going.about))
    expect(open_run(tmp_path / "two").moments, known | rest)
    expect(open_run(tmp_path / "one").moments, known)


def test_a_replay_comes_through_the_same_moments(tmp_path: Path) -> None:
    known = whole(BASE, tmp_path / "one")
    replay = replay_of(tmp_path / "one")
    again = passed(record(replay.events(), replay.experiment, tmp_path / "two"))
    assert known.keys() == again.keys()
    expect(open_run(tmp_path / "two").moments, known)


def test_what_another_run_left_is_replaced(tmp_path: Path) -> None:
    whole(with_recipe(BASE, epochs=4), tmp_path)
    expect(open_run(tmp_path).moments, whole(with_recipe(BASE, epochs=1), tmp_path))


def test_each_run_of_a_series_has_its_own(tmp_path: Path) -> None:
    base = replace(with_recipe(BASE, epochs=1), variants=(
        Variant(title="a", recipe={"lr": 0.1}), Variant(title="b", recipe={"lr": 0.2})))
    events, parts = list(record(fit_series(base), base, tmp_path)), list[list[Event]]()
    for event in events:
        if isinstance(event, MemberStarted):
            parts.append([])
        if parts:
            parts[-1].append(event)
    found = open_run(tmp_path)
    assert not found.moments.positions and len(found.members) == 2
    for member, part in zip(found.members, parts, strict=True):
        expect(member.moments, passed(part))


def test_a_folder_that_vanishes_has_those_from_then_on(tmp_path: Path) -> None:
    known, folder = Passed(), tmp_path / "run"
    for event in record(fit(BASE), BASE, folder):
        if isinstance(event, EpochEnded):
            known[event.position] = dict(event.weights)
            if event.epoch == 1:
                shutil.rmtree(folder)
    del known[1.0]
    expect(open_run(folder).moments, known)


def test_of_an_earlier_version_there_are_none_and_that_is_said(tmp_path: Path) -> None:
    whole(with_recipe(BASE, epochs=1), tmp_path)
    shutil.rmtree(tmp_path / MOMENTS)
    found = open_run(tmp_path)
    assert found.moments.positions == () and len(found.moments) == found.moments.size == 0
    with pytest.raises(MomentError, match=f"{tmp_path} holds no moments: the run is of an earlier version"):
        found.moments.weights(1)
    assert found.best_weights() and found.last_weights()


def test_where_there_is_none_the_nearest_is_named(tmp_path: Path) -> None:
    whole(with_recipe(BASE, epochs=1), tmp_path)
    with pytest.raises(MomentError, match="No moment at 7 is kept of this run: the nearest one is at 1"):
        open_run(tmp_path).moments.weights(7)


def test_a_missing_file_loses_what_follows_from_it(tmp_path: Path) -> None:
    known = whole(BASE, tmp_path)
    (tmp_path / MOMENTS / name_of(1)).unlink()
    moments = open_run(tmp_path).moments
    assert 1 not in moments.positions and same(moments.weights(0.0), known[0.0])
    with pytest.raises(MomentError, match="the moment before it, 1, is missing"):
        moments.weights(2)


def test_looked_at_when_needed_and_always_the_same_object(tmp_path: Path) -> None:
    known = whole(with_recipe(BASE, epochs=1), tmp_path)
    moments = open_run(tmp_path).moments
    lazy = moments.at(1.0)
    assert moments.at(1.0) is lazy and same(dict(lazy), known[1.0]) and len(lazy) == len(known[1.0])
    gone = moments.at(9.0)
    with pytest.raises(MomentError):
        dict(gone)


def test_no_more_is_held_ready_than_allowed(tmp_path: Path) -> None:
    whole(BASE, tmp_path)
    small, large = Moments(tmp_path / MOMENTS, cache=1), Moments(tmp_path / MOMENTS)
    for moments in (small, large):
        first = moments.weights(1)
        assert moments.weights(1) is first, "the last one is there"
        moments.weights(2)
        assert (moments.weights(1) is first) is (moments is large)


def test_a_file_that_promises_more_than_the_network_has_is_not_unpacked(tmp_path: Path) -> None:
    whole(with_recipe(BASE, epochs=1), tmp_path)
    write_moment(tmp_path / MOMENTS, 1.0, {"huge": torch.zeros(2**23)}, None, None)  # a few kilobytes
    with pytest.raises(MomentError, match="it is damaged"):
        open_run(tmp_path).moments.weights(1)
