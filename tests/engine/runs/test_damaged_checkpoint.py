"""A checkpoint that torch reads and whose contents are wrong: a sentence that says what to do, never something else."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.experiment.experiment import Experiment
from engine.messages import LayerloomError
from engine.runs.continuing import going_on
from engine.runs.folder import record
from engine.runs.names import BEST, CHECKPOINT, LAST, METRICS
from engine.training import fit, run
from engine.training.checkpoint import CheckpointError
from engine.training.control import Control
from engine.training.events import Point
from tests.engine.cases import experiment, with_recipe

SMALL = (("flatten", "Flatten", {}), ("fc1", "Linear", {"out_features": 4}), ("bn1", "BatchNorm1d", {}),
         ("fc2", "Linear", {"out_features": 10}))  # fmt: skip
BASE = experiment(*SMALL, epochs=3, batch_size=400, averaging="ema:decay=0.8", schedule="plateau:patience=0",
                  early_stop=2, optimizer="momentum", lr=0.05)
RECIPES = {"momentum": BASE, "adam": with_recipe(BASE, optimizer="adam", lr=0.01),
           "gathered": with_recipe(BASE, accumulate=2, optimizer="rmsprop", lr=0.01)}
Place = tuple[Any, ...]
GONE = object()


@pytest.fixture(autouse=True)
def a_point_for_every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 0.0)


def left(base: Experiment, folder: Path) -> dict[str, Any]:
    """A run that was stopped in its second epoch; what is in its checkpoint."""
    control = Control()
    for event in record(fit(base, control), base, folder):
        if isinstance(event, Point) and event.position > 1.3:
            control.stop()
    return dict(torch.load(folder / CHECKPOINT, weights_only=True))


def places(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Everything in it, with the way to it."""
    if place:
        yield place, value
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    for key, item in inside:
        yield from places(item, (*place, key))


def others(value: Any) -> list[Any]:
    """What may stand there instead."""
    found: list[Any] = [GONE, None, "x", -1, math.nan, [], {}, torch.zeros(3)]
    if isinstance(value, Tensor):
        found += [value[None], value.reshape(-1)[:1], value.long() + 1, value * math.nan]
    if isinstance(value, (list, tuple)):
        found += [value[:-1], [*value, *value]]
    if isinstance(value, (int, float)):
        found += [value + 1, str(value), [value]]
    return found


def with_other(value: Any, place: Place, other: Any) -> Any:
    """A copy in which something else stands there."""
    key, *rest = place
    items = dict(value) if isinstance(value, dict) else dict(enumerate(value))
    if rest:
        items[key] = with_other(items[key], tuple(rest), other)
    elif other is GONE:
        del items[key]
    else:
        items[key] = other
    return items if isinstance(value, dict) else type(value)(items.values())


def damaged(content: dict[str, Any]) -> list[tuple[Place, Any]]:
    return [(place, other) for place, value in places(content) for other in others(value)]


def is_same(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor) or isinstance(other, Tensor):
        return isinstance(one, Tensor) and isinstance(other, Tensor) and one.dtype == other.dtype and torch.equal(
            one, other)
    one, other = (list(each) if isinstance(each, tuple) else each for each in (one, other))
    return type(one) is type(other) and (one == other or (one != one and other != other))


@pytest.mark.parametrize("name", RECIPES)
def test_every_damage_is_a_sentence_before_anything_begins(name: str, tmp_path: Path) -> None:
    base, folder = RECIPES[name], tmp_path / "run"
    content = left(base, folder)
    before = {path.name: path.read_bytes() for path in folder.rglob("*")
              if path.is_file() and path.name != CHECKPOINT}
    taken = list[Place]()
    for place, other in Random(name).sample(damaged(content), 120):
        if place == ("seal",) and other is GONE:
            continue
        torch.save(with_other(content, place, other), folder / CHECKPOINT)
        try:
            going_on(folder, base)
        except LayerloomError as error:
            assert str(error).startswith(f"{folder / CHECKPOINT}: this run cannot be continued: "), place
            assert str(error).endswith(". Delete this file to begin anew") or "newer" in str(error), place
        else:
            found = content
            for key in place:
                found = found[key]
            assert is_same(found, other), place
            taken.append(place)
    assert len(taken) < 14
    assert {path.name: path.read_bytes() for path in folder.rglob("*")
              if path.is_file() and path.name != CHECKPOINT} == before


def goes_on(base: Experiment, folder: Path) -> bool:
    """False: it is refused in words."""
    try:
        going = going_on(folder, base)
        list(record(fit(going.experiment, resume=going.checkpoint), going.experiment, folder, going.checkpoint))
    except LayerloomError:
        return False
    return True


@pytest.mark.parametrize("name", RECIPES)
def test_of_an_earlier_version_without_a_seal_it_is_refused_or_goes_on(name: str, tmp_path: Path) -> None:
    content = left(RECIPES[name], tmp_path / "left")
    del content["seal"]
    results = set()
    for number, (place, other) in enumerate(Random(name).sample(damaged(content), 30)):
        folder = shutil.copytree(tmp_path / "left", tmp_path / str(number))
        torch.save(with_other(content, place, other), folder / CHECKPOINT)
        results.add(goes_on(RECIPES[name], folder))
    assert results == {True, False}


def test_without_a_seal_it_is_what_it_was(tmp_path: Path) -> None:
    content = left(BASE, tmp_path / "run")
    shutil.copytree(tmp_path / "run", tmp_path / "other")
    del content["seal"]
    torch.save(content, tmp_path / "other" / CHECKPOINT)
    assert goes_on(BASE, tmp_path / "run") and goes_on(BASE, tmp_path / "other")
    assert all((tmp_path / "run" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
               for name in (METRICS, LAST, BEST))


@pytest.mark.parametrize("change", [
    lambda plain: plain["optimizer"]["state"][0]["momentum_buffer"].resize_(1),
    lambda plain: plain["optimizer"]["state"].update({0: {"momentum_buffer": None, "other": torch.zeros(3)}}),
    lambda plain: plain["optimizer"]["average"]["learning"].pop("fc1.bias"),
    lambda plain: plain["optimizer"]["average"]["learning"].update({"fc1.bias": torch.zeros(1)}),
    lambda plain: plain["optimizer"].update({"plateau": {"wrong": 1}}),
    lambda plain: plain["best"]["weights"].pop("fc2.bias"),
    lambda plain: plain["weights"].pop("fc2.bias"),
    lambda plain: plain["course"].update({"done": -1}),
    lambda plain: plain["course"].update({"seconds": math.nan}),
])  # fmt: skip
def test_what_is_not_of_this_network_names_the_file(change: Callable[[Any], None], tmp_path: Path) -> None:
    content = left(BASE, tmp_path)
    del content["seal"]
    change(content)
    torch.save(content, tmp_path / CHECKPOINT)
    before = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(LayerloomError, match=r"checkpoint.pt: this run cannot be continued: .*Delete this file"):
        going = going_on(tmp_path, BASE)
        list(record(fit(BASE, resume=going.checkpoint), BASE, tmp_path, going.checkpoint))
    assert {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_one_that_was_never_in_a_file_is_refused_as_well(tmp_path: Path) -> None:
    left(BASE, tmp_path)
    going = going_on(tmp_path, BASE)
    assert going.checkpoint is not None
    going.checkpoint.optimizer["state"] = None
    with pytest.raises(CheckpointError, match="this run cannot be continued: it is damaged"):
        list(fit(BASE, resume=going.checkpoint))
