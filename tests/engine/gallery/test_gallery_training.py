"""The gallery learns: twenty steps of every entry, what is exported, and the same losses as a loop in plain PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

from engine.data.spec.spec import DataSpec
from engine.data.tensors.batches import Batches, resized
from engine.data.tensors.data import Data, Split
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment, gallery_ids, load_experiment
from engine.export.export import export
from engine.layers.linear import Linear
from engine.network.weights import initial_module
from engine.training import fit, run, tuning
from engine.training.events import EpochEnded, Point
from tests.conftest import MNIST_ROOT
from tests.engine.cases import of_type, with_recipe
from tests.engine.data.houses import house_prices
from tests.engine.gallery.oracles import ORACLES

CPU = torch.device("cpu")
STEPS = 20
# Images of 96 and 224 are too slow for tests. A network works at any size, since input sizes come from the wires: these
# leave something to the last pooling. Linear layers of 4096 become narrower, and so do the batches.
REDUCED = {"alexnet": (67, 8), "alexnet-tv": (67, 8), "nin": (67, 8), "vgg11": (32, 8), "vgg11-full": (32, 4),
           "googlenet": (32, 8), "resnet18": (32, 16), "densenet": (32, 16)}  # size of the image, and of the batch
REDUCED_WIDTH = 256


@pytest.fixture(scope="module")
def mnist(mnist_root: Path) -> Data:
    """The real one, as stored."""
    return load_data(DataSpec(dataset="mnist"), mnist_root)


@pytest.fixture(scope="module")
def handwriting(request: pytest.FixtureRequest) -> Data:
    """MNIST, or where it is not at hand the bundled digits in its place: enlarged, and five times over."""
    if (MNIST_ROOT / "MNIST" / "raw").is_dir():
        real: Data = request.getfixturevalue("mnist")
        return real
    digits = load_data(DataSpec())
    parts = {part: Split(resized(split.inputs, 28).repeat(5, 1, 1, 1), split.targets.repeat(5))
             for part, split in (("train", digits.train), ("validation", digits.validation), ("test", digits.test))}
    return replace(digits, spec=DataSpec(dataset="mnist"), **parts)


def opened(name: str, **recipe: object) -> Experiment:
    return with_recipe(load_experiment(f"gallery:{name}"), device="cpu", folds=0, **recipe)


def on_mnist(name: str) -> Experiment:
    """With MNIST in the place of Fashion-MNIST, which has the same format; large networks reduced."""
    experiment = opened(name)
    size, batch = REDUCED.get(name, (None, experiment.recipe.batch_size))
    data = experiment.data.with_options(dataset="mnist", resize=size)
    assert (data.channels, data.normalize) == (experiment.data.channels, experiment.data.normalize)
    graph = experiment.graph
    for node in graph.nodes.values() if size else ():
        if isinstance(node.layer, Linear) and node.layer.out_features == 4096:
            graph = graph.with_layer(node.name, Linear(out_features=REDUCED_WIDTH))
    return with_recipe(replace(experiment, graph=graph, data=data), batch_size=batch)


# -- twenty steps, and taking the result away -------------------------------------------------------------------------


def few(data: Data, spec: DataSpec, count: int) -> Data:
    """Only so many training and validation examples."""
    parts = {part: Split(*(tensor[:count] for tensor in (split.inputs, split.targets)))
             for part, split in (("train", data.train), ("validation", data.validation), ("test", data.test))}
    return replace(data, spec=spec, **parts)


@torch.no_grad()
def loss_of(module: nn.Module, experiment: Experiment, data: Data) -> float:
    """The mean loss over the training examples: without dropout, batch norm by the batch as in training."""
    module = deepcopy(module).eval()
    for part in module.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.train()
    x, targets = Batches(data.train, data, CPU).take(torch.arange(len(data.train)))
    loss = {"cross_entropy": functional.cross_entropy, "mse": functional.mse_loss}[experiment.recipe.loss]
    return float(loss(module(x), targets))


def trained_a_little(experiment: Experiment, data: Data) -> tuple[Experiment, Data, nn.Module, float]:
    """Twenty steps; also the loss before."""
    batch = experiment.recipe.batch_size
    in_epoch = max(steps for steps in (1, 2, 4, 5, 10, STEPS) if steps * batch <= len(data.train))
    data = few(data, data.spec, in_epoch * batch)
    experiment = with_recipe(replace(experiment, data=data.spec), epochs=STEPS // in_epoch)
    module = initial_module(experiment)
    before = loss_of(module, experiment, data)
    module.load_state_dict(of_type(fit(experiment, data=data), EpochEnded)[-1].weights)
    return experiment, data, module, before


def plain(folder: Path) -> nn.Module:
    """The exported network, made by nothing but its own source and weights."""
    scope: dict[str, type[nn.Module]] = {"__name__": "net"}  # type: ignore[dict-item]
    exec(compile((folder / "net.py").read_text(encoding="utf-8"), "net.py", "exec"), scope)
    network = scope["Network"]()
    network.load_state_dict(load_file(folder / "net.safetensors"))
    return network.eval()


@pytest.mark.parametrize("name", gallery_ids())
def test_twenty_steps_lower_the_loss_and_plain_pytorch_repeats_the_outputs(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    experiment = opened(name)
    if experiment.data.dataset == "fashion-mnist":
        experiment = on_mnist(name)
        data = few(request.getfixturevalue("handwriting"), experiment.data, STEPS * experiment.recipe.batch_size)
    else:
        if name == "house-prices":
            house_prices(tmp_path)
        data = load_data(experiment.data, tmp_path)
    experiment, data, module, before = trained_a_little(experiment, data)
    assert loss_of(module, experiment, data) < before
    for file in ("net.py", "net.safetensors"):
        assert export(experiment, tmp_path / file, module.state_dict()).verified
    batch = Batches(data.train, data, CPU).take(torch.arange(min(4, len(data.train))))[0]
    with torch.no_grad():
        torch.testing.assert_close(plain(tmp_path)(batch), module.eval()(batch), rtol=1e-5, atol=1e-5)


# -- the same losses as a loop by hand --------------------------------------------------------------------------------

Pixels = NDArray[np.uint8]


def mnist_by_hand(root: Path) -> tuple[Pixels, Pixels]:
    """The 54 000 training images that remain when every tenth was set aside, as N×28×28, and their labels."""
    folder = root / "MNIST" / "raw"
    images = np.fromfile(folder / "train-images-idx3-ubyte", np.uint8)[16:].reshape(-1, 28, 28)
    labels = np.fromfile(folder / "train-labels-idx1-ubyte", np.uint8)[8:]
    chosen = np.random.default_rng(0).permutation(60_000)[6_000:]
    return images[chosen], labels[chosen]


def enlarged(image: Pixels, size: int) -> Pixels:
    return np.asarray(Image.fromarray(image).resize((size, size), Image.Resampling.BILINEAR))


def losses_by_hand(name: str, root: Path, *, lr: float, batch_size: int, size: int = 28,
                   std: float | None = None) -> Iterator[float]:
    """The book's training loop, one loss after the other; weights begin Xavier uniform, or normal with ``std``."""
    images, labels = mnist_by_hand(root)
    torch.manual_seed(0)
    net = ORACLES[name]()
    for layer in net.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            _ = nn.init.xavier_uniform_(layer.weight) if std is None else nn.init.normal_(layer.weight, std=std)
    # Batch norm and high rates make differences of rounding grow a thousandfold: memory order and step are as ours.
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.SGD(net.parameters(), lr=lr, fused=True)
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(1)).numpy()
    for batch, begin in enumerate(range(0, len(order), batch_size), 1):
        torch.manual_seed(1 * 2_000_003 + batch)  # dropout draws anew in every batch of the first epoch
        index = order[begin : begin + batch_size]
        x = np.stack([enlarged(images[i], size) for i in index]).astype(np.float32)[:, None] / 255
        loss = functional.cross_entropy(net(torch.from_numpy(x).contiguous(memory_format=torch.channels_last)),
                               torch.from_numpy(labels[index].astype(np.int64)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss.item()


def our_losses(experiment: Experiment, data: Data) -> Iterator[float]:
    events = fit(experiment, data=replace(data, spec=experiment.data))
    return (event.loss for event in events if isinstance(event, Point))


@pytest.mark.parametrize(("name", "steps", "options"), [
    ("lenet", 60, {"lr": 0.9, "batch_size": 256}),
    ("lenet-bn", 60, {"lr": 1.0, "batch_size": 256}),
    ("mlp-dropout", 100, {"lr": 0.5, "batch_size": 256, "std": 0.01}),
    ("resnet18", 20, {"lr": 0.05, "batch_size": 4, "size": 96}),
    ("densenet", 20, {"lr": 0.1, "batch_size": 8, "size": 96}),
])  # fmt: skip
def test_losses_are_those_of_a_loop_in_plain_pytorch(
    name: str, steps: int, options: dict[str, float], mnist: Data, mnist_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 0.0)  # a point after every step
    monkeypatch.setattr(tuning, "prefers_channels_last", lambda *_: True)  # as the loop by hand has it
    experiment = opened(name, batch_size=options["batch_size"])
    assert experiment.recipe.lr == options["lr"] and experiment.data.resize == options.get("size")
    experiment = replace(experiment, data=experiment.data.with_options(dataset="mnist", resize=options.get("size")))
    ours = list(islice(our_losses(experiment, mnist), steps))
    theirs = list(islice(losses_by_hand(name, mnist_root, **options), steps))  # type: ignore[arg-type]
    assert len(ours) == steps
    torch.testing.assert_close(torch.tensor(ours), torch.tensor(theirs), rtol=1e-5, atol=1e-5)
