"""A run that is left between any two batches goes on bit for bit, whatever its recipe keeps."""

from __future__ import annotations

import io
from typing import Any

import pytest
import torch

from engine.experiment.choices.averages import AVERAGES
from engine.experiment.choices.optimizers import OPTIMIZERS
from engine.experiment.choices.schedules import SCHEDULES
from engine.experiment.experiment import Experiment
from engine.training import fit, run
from engine.training.checkpoint import Checkpoint, checkpoint_from
from engine.training.events import CheckpointReached, EpochEnded, Finished
from tests.engine.cases import of_type
from tests.engine.training.by_hand import NORMED, data, small

RECIPES: list[dict[str, Any]] = [
    *({"optimizer": name} for name in OPTIMIZERS), {"optimizer": "adam:amsgrad=yes"},
    *({"schedule": name, "schedule_by": "batch", "warmup": 0.7} for name in SCHEDULES),
    {"schedule": "plateau:patience=0,threshold=0.1,cooldown=1,factor=0.5", "optimizer": "momentum"},
    *({"averaging": name, "optimizer": "adam"} for name in AVERAGES),
    {"averaging": "swa:start=0.3", "schedule": "one_cycle"}, {"averaging": "ema:decay=0.8", "accumulate": 2},
    {"accumulate": 3, "optimizer": "momentum", "clip_norm": 0.2, "l1": 0.001},
    {"accumulate": 2, "schedule": "cosine", "schedule_by": "batch", "warmup": 1, "optimizer": "rprop"},
    {"clip_value": 0.02, "weight_decay": 0.01, "decay_biases": False, "l1": 0.01},
    {"early_stop": 1, "best_by": "train_loss"},
]


@pytest.fixture(autouse=True)
def kept_after_every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("READ_EVERY", "KEEP_EVERY", "KEEP_SHARE"):
        monkeypatch.setattr(run, name, 0.0)


def stored(checkpoint: Checkpoint) -> Checkpoint:
    """As a file keeps it."""
    file = io.BytesIO()
    torch.save(checkpoint.stored(), file)
    file.seek(0)
    return checkpoint_from(torch.load(file, weights_only=True))


def is_equal(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(is_equal(value, other[key]) for key, value in one.items())
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    return bool(one == other or (one != one and other != other))


def finished(base: Experiment, resume: Checkpoint | None = None
             ) -> tuple[list[CheckpointReached], EpochEnded, Finished]:
    events = list(fit(base, data=data(), resume=resume))
    return of_type(events, CheckpointReached), of_type(events, EpochEnded)[-1], events[-1]  # type: ignore[return-value]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: ",".join(map(str, recipe.values())))
def test_it_goes_on_from_everywhere(recipe: dict[str, Any]) -> None:
    base = small(*(NORMED if "averaging" in recipe else ()), **{"epochs": 3, **recipe})
    kept, last, end = finished(base)
    assert len(kept) == 5 * end.summary.epochs
    for event in kept[1:-1:3 if "optimizer" in recipe and len(recipe) == 1 else 1]:
        again, ended, whole = finished(base, stored(event.checkpoint))
        assert is_equal(dict(ended.weights), dict(last.weights))
        assert is_equal(again[-1].checkpoint.optimizer, kept[-1].checkpoint.optimizer)
        assert (whole.summary.best_epoch, whole.summary.validation, whole.summary.test) == (
            end.summary.best_epoch, end.summary.validation, end.summary.test)


def test_a_checkpoint_has_the_averaged_weights_and_those_that_learn() -> None:
    averaged, plain = (finished(small(epochs=2, averaging=name))[0][-1].checkpoint for name in ("ema", "none"))
    assert "average" not in plain.optimizer
    assert is_equal(averaged.optimizer["average"]["learning"], plain.weights)
    assert not is_equal(averaged.weights, plain.weights)
    assert is_equal(averaged.best.weights, averaged.weights) or averaged.best.epoch == 1


def test_gradients_that_wait_for_their_step_are_kept_and_no_others() -> None:
    kept = [event.checkpoint.optimizer for event in finished(small(epochs=1, accumulate=2))[0]]
    assert [state.get("gathered", {}).get("batches", 0) for state in kept] == [1, 0, 1, 0, 0]
    assert set(kept[0]["gathered"]["gradients"]) == {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}


def test_what_an_earlier_version_kept_is_read_by_its_numbers() -> None:
    base = small(epochs=2, optimizer="adam", decay_biases=False, weight_decay=0.01)
    kept, last, _ = finished(base)
    checkpoint = kept[4].checkpoint
    del checkpoint.optimizer["names"]
    assert is_equal(dict(finished(base, checkpoint)[1].weights), dict(last.weights))
