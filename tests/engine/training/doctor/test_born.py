"""Numbers that are none: where they are born, in which batch, from what."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.data.formats.arrays import Arrays
from engine.data.spec.spec import DataSpec
from engine.data.tensors.data import Data, Split
from engine.experiment.experiment import Experiment
from engine.experiment.trust import allow, sources_of
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import LAYERS
from engine.network.ready import ready
from engine.runs.evidence import evidence_in
from engine.runs.folder import record
from engine.runs.names import ENDED
from engine.runs.opened import RunError
from engine.training import fit
from engine.training.doctor.born import Born, Place, find
from engine.training.events import Event, NumbersEnded
from engine.training.failures import DivergedError
from tests.engine.cases import divided, experiment, of_type
from tests.engine.training.doctor.sick import layers

LOG = "class Log(nn.Module):\n    def forward(self, x):\n        return torch.log(x)\n"
ROOT = "class Root(nn.Module):\n    def forward(self, x):\n        return torch.sqrt(x * (x > 0))\n"


def coded(source: str, *, before: str = "ReLU") -> Experiment:
    base = experiment(("flatten", "Flatten", {}), ("fc1", "Linear", {"out_features": 16}), ("act1", before, {}),
                      ("own", "Code", {"source": source}), ("out", "Linear", {"out_features": 10}), batch_size=32)
    allow(sources_of(base.graph))
    return base


def heard(base: Experiment, data: Data | None = None, folder: Path | None = None) -> tuple[Born, DivergedError]:
    """What was born, and what the run ends with."""
    events: list[Event] = []
    stream = fit(base, data=data)
    try:
        events.extend(record(stream, base, folder) if folder is not None else stream)
    except DivergedError as error:
        [ended] = of_type(events, NumbersEnded)
        return ended.born, error
    raise AssertionError("it did not fail")


def test_a_logarithm_of_zero_is_found_in_its_layer() -> None:
    born, error = heard(coded(LOG))
    assert (born.place, born.how, born.epoch, born.batch, born.part) == ("own", "forward", 1, 1, "train")
    assert born.given is not None and born.output is not None
    assert torch.equal(torch.log(born.given), born.output) and bool((born.given == 0).any())
    assert born.examples == tuple(range(32)) and len(born.rows) == 32 and born.inputs.shape == (32, 1, 8, 8)
    assert error.born is born and error.suggestion is None and "own gave infinity" in str(error)
    assert "learning rate is not to blame" in str(error)


def test_a_root_of_zero_is_found_on_the_way_back() -> None:
    born, error = heard(coded(ROOT, before="Identity"))
    assert (born.place, born.how, born.batch) == ("own", "backward", 1) and "not to blame" in str(error)
    assert born.output is not None and not bool(born.output.isfinite().all())
    assert born.given is not None and bool(born.given.isfinite().all())


def test_a_rate_of_100_is_a_rate_that_is_too_large() -> None:
    born, error = heard(experiment(*layers("LeakyReLU"), optimizer="sgd", lr=100.0, epochs=3, batch_size=32))
    assert born.how in ("forward", "loss", "weights", "backward") and error.suggestion == ("lr", 0.1)
    assert "the steps are too large" in str(error) and "It began here" in str(error)


def test_the_weights_before_the_step_are_still_numbers() -> None:
    seen: list[dict[str, torch.Tensor]] = []
    base = coded(ROOT, before="Identity")
    from engine.training.learner import Learner
    kept = Learner.be_watched

    def watched(self: Learner) -> None:
        kept(self)
        seen.append(self.model.state_dict())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Learner, "be_watched", watched)
        heard(base)
    assert all(bool(tensor.isfinite().all()) for tensor in seen[0].values())


def broken(part: str, index: int) -> Data:
    """Digits of which one picture holds nan, past all that reading would notice."""
    rng = np.random.default_rng(0)
    data = divided(DataSpec(), Arrays(rng.random((300, 1, 8, 8)).astype(np.float32), np.arange(300) % 10))
    split: Split = getattr(data, part)
    split.inputs[index, 0, 3, 4] = math.nan
    return data


def test_a_broken_picture_is_named_with_its_place_in_the_data() -> None:
    born, error = heard(experiment(batch_size=16, epochs=2), broken("train", 41))
    assert (born.how, born.place, born.rows, born.part) == ("input", "", (41,), "train")
    [place] = born.examples
    assert math.isnan(float(born.inputs[place, 0, 3, 4])) and "The data hold nan" in str(error)
    assert error.suggestion is None


def test_a_broken_picture_among_those_that_judge_is_named_too() -> None:
    born, _ = heard(experiment(batch_size=16, epochs=2), broken("validation", 7))
    assert (born.how, born.rows, born.part) == ("input", (7,), "validation")


def test_it_is_kept_in_the_runs_folder_and_read_back(tmp_path: Path) -> None:
    born, _ = heard(coded(LOG), folder=tmp_path)
    again = evidence_in(tmp_path)
    assert again is not None
    for name in ("place", "how", "epoch", "batch", "examples", "rows", "part"):
        assert getattr(again, name) == getattr(born, name)
    assert str(again.message) == str(born.message)
    for name in ("inputs", "targets", "given", "output"):
        assert torch.equal(getattr(again, name), getattr(born, name))


def test_damaged_evidence_is_a_sentence(tmp_path: Path) -> None:
    heard(coded(LOG), folder=tmp_path)
    (tmp_path / ENDED).write_text('{"place": "own", "how": "magic"}')
    with pytest.raises(RunError, match="is damaged"):
        evidence_in(tmp_path)
    (tmp_path / ENDED).unlink()
    assert evidence_in(tmp_path) is None


def test_without_the_doctor_it_is_said_as_before() -> None:
    base = coded(LOG)
    with pytest.raises(DivergedError) as error:
        list(fit(base, doctor=False))
    assert error.value.born is None


def test_numbers_to_predict_that_are_none_are_named() -> None:
    rng = np.random.default_rng(0)
    spec = DataSpec(dataset="linear")
    targets = rng.random((300, 1)).astype(np.float32)
    data = divided(spec, Arrays(rng.random((300, 2)).astype(np.float32), targets))
    data.train.targets[17] = math.nan
    base = experiment(("fc1", "Linear", {"out_features": 1}), data=data.spec, loss="mse", batch_size=32)
    born, error = heard(base, data)
    assert (born.how, born.rows) == ("targets", (17,)) and "to predict hold nan" in str(error)
    assert error.suggestion is None


def test_rows_of_weights_are_no_examples() -> None:
    base = experiment(*layers("ReLU", width=32), batch_size=32)
    network = ready(base, training=True)
    with torch.no_grad():
        dict(network.module.named_parameters())["fc1.weight"][3] = math.nan
    x, y = torch.rand(32, 1, 8, 8), torch.randint(0, 10, (32,))
    born = find(network.module, torch.nn.functional.cross_entropy, Place(1, 1, x, y))
    assert born is not None and (born.how, born.place, born.examples) == ("weights", "fc1", ())


TWICE = "class Root(nn.Module):\n    def forward(self, x):\n        return torch.sqrt((x - x) ** 2)\n"


@pytest.mark.parametrize("first", ["a", "b"])
def test_of_several_ways_back_any_is_watched(first: str) -> None:
    layer = LAYERS
    nodes = [Node("input", layer["Input"]()), Node("flatten", layer["Flatten"]())]
    sides = [Node("a", layer["Linear"](out_features=8)), Node("b", layer["Linear"](out_features=8))]
    nodes += sides if first == "a" else sides[::-1]
    nodes += [Node("root", layer["Code"](source=TWICE)), Node("add", layer["Add"]()),
              Node("out", layer["Linear"](out_features=10))]
    edges = [Edge("input", "flatten"), Edge("flatten", "a"), Edge("flatten", "b"), Edge("b", "root"), Edge("a", "add"),
             Edge("root", "add", 1), Edge("add", "out")]
    base = replace(experiment(batch_size=32), graph=Graph.of(nodes, edges))
    allow(sources_of(base.graph))
    born, error = heard(base)
    assert (born.place, born.how, born.batch) == ("root", "backward", 1) and "not to blame" in str(error)


def test_huge_numbers_in_the_data_are_not_blamed_on_the_rate() -> None:
    rng = np.random.default_rng(0)
    data = divided(DataSpec(dataset="linear"), Arrays(rng.random((300, 2)).astype(np.float32),
                                                      rng.random((300, 1)).astype(np.float32)))
    base = experiment(("fc1", "Linear", {"out_features": 1}), data=data.spec, loss="mse", batch_size=32)
    data.train.targets[23] = 1e38
    born, error = heard(base, data)
    assert (born.how, born.rows) == ("loss", (23,)) and error.suggestion is None and "too large" not in str(error)
    data.train.targets[23] = 0.5
    data.train.inputs[7] = 3e38
    born, error = heard(base, data)
    assert born.rows == (7,) and error.suggestion is None and "too large" not in str(error)


def test_own_code_that_draws_is_found_again() -> None:
    draws = ("class Rare(nn.Module):\n    def forward(self, x):\n"
             "        return x / (torch.rand(len(x), 1) > 0.01).float()\n")
    born, _ = heard(coded(draws))
    assert (born.place, born.how) == ("own", "forward") and 1 <= len(born.examples) < 32
