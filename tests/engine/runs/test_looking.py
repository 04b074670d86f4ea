"""``from engine import predict, activations``: from files, the gallery and runs; weights that do not fit; faults."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from engine import LayerloomError, activations, build_module, load_data, open_run, predict, record, save_experiment
from engine.experiment.trust import sources_of
from engine.inspect.samples.sample import SampleError
from engine.layers.code import source as code_source
from engine.network.weights import WeightsError
from engine.runs.looking import network_of
from engine.training import fit
from tests.engine.cases import MLP, experiment

CODE = """class DoubledToBeLookedAt(nn.Module):
    def forward(self, x):
        return 2 * x
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one epoch."""
    folder = tmp_path_factory.mktemp("run") / "one"
    base = experiment(epochs=1)
    for _ in record(fit(base), base, folder):
        pass
    return folder


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    Image.fromarray(load_data(experiment().data).test.inputs[3, 0].numpy()).save(tmp_path / "three.png")
    return tmp_path / "three.png"


def test_a_run_predicts_with_its_best_weights(run: Path, picture: Path) -> None:
    module = build_module(experiment())
    module.load_state_dict(open_run(run).best_weights())
    image = load_data(experiment().data).test.inputs[3:4] / 255
    with torch.no_grad():
        wanted = module.eval()(image).softmax(1)[0].tolist()
    for found in (predict(run, picture), predict(str(run), [str(picture)]), predict(open_run(run), picture),
                  predict(experiment(), picture, run / "best.safetensors"),
                  predict(experiment(), picture, open_run(run).best_weights())):
        assert list(found[0].probabilities.values()) == pytest.approx(wanted, abs=1e-6)
    assert list(predict(experiment(), picture)[0].probabilities.values()) != pytest.approx(wanted, abs=1e-3)


def test_every_way_to_name_an_example_gives_every_layer(run: Path, picture: Path) -> None:
    module = build_module(experiment())
    module.load_state_dict(open_run(run).best_weights())
    x = load_data(experiment().data).test.inputs[3:4] / 255
    seen = dict[str, torch.Tensor]()
    for name, part in module.named_children():
        part.register_forward_hook(lambda _, __, out, name=name: seen.update({name: out.detach()}))
    module.eval()(x)
    np.save(picture.with_suffix(".npy"), np.asarray(Image.open(picture)))
    text = f"torch.tensor({x[0, 0].tolist()})"
    for named in ("test:3",
    " test : 3", ("test", 3), picture, str(picture), x, x[0], x[0, 0].numpy(), text, picture.with_suffix(".npy")):
        found = activations(run, named)
        assert list(found) == ["input", "flatten", "fc1", "act1", "fc2"] and torch.equal(found["input"], x)
        assert all(torch.allclose(found[name], value, atol=1e-6) for name, value in seen.items()) and len(seen) == 4


def test_several_tensors_and_an_id_of_the_gallery() -> None:
    found = activations("residual-small", torch.rand(3, 1, 16, 16))
    assert found["residual1.conv1"].shape == (3, 16, 8, 8) and list(found)[-1] == "fc1"
    assert activations("gallery:mlp", "torch.ones(2, 1, 28, 28)")["input"].shape == (2, 1, 28, 28)


def test_batch_norm_learning_from_one_example_is_said() -> None:
    base = experiment(("flatten", "Flatten", {}), ("fc1", "Linear", {"out_features": 4}), ("bn", "BatchNorm1d", {}),
                      ("fc2", "Linear", {"out_features": 10}))
    with pytest.warns(UserWarning, match="bn: Batch norm cannot learn from one example"):
        found = activations(base, "test:0", training=True)
    assert list(found) == ["input", "flatten", "fc1"]
    assert list(activations(base, torch.rand(2, 1, 8, 8), training=True))[-1] == "fc2"


def test_an_error_at_one_card_leaves_the_rest(picture: Path) -> None:
    base = experiment(("conv1", "Conv2d", {}), ("fc1", "Linear", {"out_features": 10}))
    with pytest.warns(UserWarning, match="fc1: Linear expects a flat input, got 16×6×6"):
        assert list(activations(base, "test:0")) == ["input", "conv1"]
    with pytest.raises(LayerloomError, match="fc1: Linear expects a flat input"):
        predict(base, picture)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Weights of a network that is wider."""
    wide = experiment(*(("fc1", "Linear", {"out_features": 32}) if row[0] == "fc1" else row for row in MLP))
    save_file(build_module(wide).state_dict(), tmp_path / "wide.safetensors")
    return tmp_path / "wide.safetensors"


def test_weights_that_do_not_fit(other: Path, picture: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"missing: fc1\.weight"):
        predict(experiment(), picture, {"fc3.weight": torch.ones(1)})
    with pytest.warns(UserWarning, match=r"fc1\.weight"):
        found = network_of(experiment(), other)
        predict(experiment(), picture, other)
    assert "fc2.bias" in found.weights and found.weights["fc1.weight"].shape == (16, 64)
    (tmp_path / "none.safetensors").write_bytes(b"none")
    with pytest.raises(LayerloomError, match="none"):
        predict(experiment(), picture, tmp_path / "none.safetensors")


def test_code_runs_only_once_it_is_allowed(picture: Path, tmp_path: Path) -> None:
    base = experiment(("flatten", "Flatten", {}), ("own", "Code", {"source": CODE}),
                      ("fc", "Linear", {"out_features": 10}))
    save_experiment(base, tmp_path / "own.loom")
    with pytest.warns(UserWarning, match="own: "):
        assert list(activations(tmp_path / "own.loom", "test:1")) == ["input", "flatten"]
    with pytest.raises(LayerloomError):
        predict(tmp_path / "own.loom", picture)
    network_of(tmp_path / "own.loom", allow_code=True)
    assert all(map(code_source.is_allowed, sources_of(base.graph)))
    found = activations(tmp_path / "own.loom", "test:1")
    assert torch.equal(found["own"], 2 * found["flatten"])


@pytest.mark.parametrize(("sample", "said"), [
    ("test:99999", "no test example 99999"), ("gone.png", "gone.png is not there"),
    ("[1, 2]", "This is 2, but the network"),
    (torch.ones(7, 7), "7×7"), (("side", 0), "no part “side”"),
])
def test_no_such_example(sample: object, said: str) -> None:
    with pytest.raises(SampleError, match=said):
        activations(experiment(), sample)  # type: ignore[arg-type]


def test_a_file_that_cannot_be_read_ends_it(picture: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"bad")
    with pytest.raises(SampleError, match=r"bad\.png cannot be read"):
        predict(experiment(), [picture, tmp_path / "bad.png"])


def test_no_run_and_no_network(tmp_path: Path) -> None:
    for source in (tmp_path, tmp_path / "gone.loom", "gallery:gone"):
        with pytest.raises(LayerloomError):
            network_of(source)
