"""In which memory order a network is computed: found out once, and remembered."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, load_experiment
from engine.network.ready import ready
from engine.training import fit, loop, tuning
from engine.training.events import CheckpointReached, Started
from engine.training.numerics import Numerics
from engine.training.tuning import prefers_channels_last, tuned  # before conftest puts another in its place
from tests.engine.cases import MLP, chain, experiment, of_type, with_recipe

CPU = torch.device("cpu")
CONVOLUTION = (("conv1", "Conv2d", {"out_channels": 4}), *MLP)


class Stopwatch:
    """Networks that take a told time for a step in each memory order, and how many were made."""

    def __init__(self) -> None:
        self.seconds = {True: 1.0, False: 1.0}
        self.made, self._now = 0, 0.0

    def now(self) -> float:
        return self._now

    def ready(self, base: Experiment, *, training: bool, channels_last: bool) -> SimpleNamespace:
        self.made += 1
        module = ready(base, training=training, channels_last=channels_last).module

        def takes(*_: object) -> None:
            self._now += self.seconds[channels_last]

        module.register_forward_hook(takes)
        return SimpleNamespace(module=module)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is remembered: a file that is not there yet; nothing is in memory."""
    monkeypatch.setattr(tuning, "prefers_channels_last", prefers_channels_last)
    monkeypatch.setenv("LAYERLOOM_CACHE", str(tmp_path / "cache"))
    forget(monkeypatch)
    return tmp_path / "cache" / "memory-order.json"


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in another process."""
    monkeypatch.setattr(tuning, "_known", {})


@pytest.fixture
def watch(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Stopwatch:
    made = Stopwatch()
    monkeypatch.setattr(tuning, "ready", made.ready)
    monkeypatch.setattr(tuning, "perf_counter", made.now)
    return made


@pytest.mark.parametrize(("plain", "wanted"), [(2.0, True), (1.0, True), (0.95, True), (0.85, False), (0.3, False)])
def test_channels_last_gives_way_where_the_plain_order_is_clearly_faster(plain: float, wanted: bool,
                                                                         watch: Stopwatch) -> None:
    watch.seconds = {True: 1.0, False: plain}
    assert tuned(experiment(*CONVOLUTION), CPU).channels_last is wanted


def test_it_is_found_out_once(watch: Stopwatch, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = experiment(*CONVOLUTION)
    watch.seconds[False] = 2.0
    first = tuned(base, CPU)
    watch.seconds[False] = 0.5
    assert tuned(base, CPU) == first == Numerics(1, True) and watch.made == 2
    forget(monkeypatch)
    assert tuned(base, CPU) == first and watch.made == 2
    assert list(json.loads(cache.read_text()).values()) == [True]


def test_only_what_changes_the_time_is_found_out_anew(watch: Stopwatch) -> None:
    base = experiment(*CONVOLUTION)
    tuned(base, CPU)
    moved = replace(base, graph=base.graph.moved({"conv1": (40.0, 90.0)}), title="Another", about="Nothing new.")
    for same in (moved, with_recipe(base, seed=3, lr=0.5, epochs=9, optimizer="sgd")):
        tuned(same, CPU)
        assert watch.made == 2
    others = (with_recipe(base, batch_size=7), experiment(*CONVOLUTION, ("relu", "ReLU", {})),
              replace(base, data=DataSpec(resize=12)))
    for count, other in enumerate(others, 2):
        tuned(other, CPU)
        assert watch.made == 2 * count


def test_more_networks_are_remembered_beside_each_other(watch: Stopwatch, cache: Path,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    for size in (5, 6):
        forget(monkeypatch)
        tuned(experiment(*CONVOLUTION, batch_size=size), CPU)
    assert len(json.loads(cache.read_text())) == 2
    monkeypatch.setattr(tuning, "MOST", 2)
    tuned(experiment(*CONVOLUTION, batch_size=7), CPU)
    assert len(json.loads(cache.read_text())) == 2


# -- a cache that is no use -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b'{"key": 3}', b"[" * 50],
                         ids=["empty", "cut off", "list", "null", "bytes", "number", "nested"])
def test_a_damaged_file_is_replaced(damage: bytes, watch: Stopwatch, cache: Path,
                                    monkeypatch: pytest.MonkeyPatch) -> None:
    cache.parent.mkdir()
    cache.write_bytes(damage)
    watch.seconds[False] = 2.0
    assert tuned(experiment(*CONVOLUTION), CPU).channels_last and watch.made == 2
    forget(monkeypatch)
    assert tuned(experiment(*CONVOLUTION), CPU).channels_last and watch.made == 2


def block_folder(cache: Path) -> None:
    cache.parent.write_text("no folder")


def block_file(cache: Path) -> None:
    (cache / "inside").mkdir(parents=True)


@pytest.mark.parametrize("block", [block_folder, block_file])
def test_a_place_that_cannot_be_written_costs_the_time_again(block: Callable[[Path], None], watch: Stopwatch,
                                                             cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block(cache)
    watch.seconds[False] = 2.0
    for made in (2, 4):
        assert tuned(experiment(*CONVOLUTION), CPU).channels_last
        assert tuned(experiment(*CONVOLUTION), CPU).channels_last  # from memory
        assert watch.made == made
        forget(monkeypatch)


# -- where there is nothing to find out -------------------------------------------------------------------------------


def test_without_convolutions_nothing_lies_channels_last(watch: Stopwatch, monkeypatch: pytest.MonkeyPatch) -> None:
    watch.seconds[False] = 2.0
    assert not tuned(experiment(), CPU).channels_last
    monkeypatch.setattr(tuning, "ready", lambda *_, **__: pytest.fail("it was built"))
    line = Experiment(chain(("fc1", "Linear", {"out_features": 1})), DataSpec(dataset="linear"))
    assert not tuned(line, CPU).channels_last


@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_other_devices_are_not_asked(kind: str, watch: Stopwatch) -> None:
    assert tuned(experiment(*CONVOLUTION), torch.device(kind)) == Numerics(1, True) and watch.made == 0


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("name", ["lenet-digits", "residual-small"])
def test_looking_disturbs_nothing(name: str) -> None:
    base, threads, numbers = load_experiment(f"gallery:{name}"), torch.get_num_threads(), torch.get_rng_state()
    with torch.no_grad():
        assert tuned(base, CPU).channels_last in (True, False)
        assert not torch.is_grad_enabled()
    assert torch.get_num_threads() == threads and torch.equal(torch.get_rng_state(), numbers)


# -- in a run ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("last", [True, False])
def test_a_run_computes_in_this_order_and_goes_on_in_it(last: bool, watch: Stopwatch,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    orders: list[bool] = []

    def seen(self: nn.Conv2d, x: Tensor) -> Tensor:
        orders.append(self.weight.stride(1) == 1 and x.is_contiguous(memory_format=torch.channels_last))
        return forward(self, x)

    forward, data = nn.Conv2d.forward, DataSpec(channels=3)
    watch.seconds[not last] = 2.0
    events = list(fit(experiment(*CONVOLUTION, data=data, epochs=1)))
    kept = of_type(events, CheckpointReached)[-1].checkpoint
    assert kept.numerics == Numerics(1, last) and of_type(events, Started)[0].threads == 1
    monkeypatch.setattr(loop, "tuned", lambda *_: pytest.fail("it was found out again"))
    monkeypatch.setattr(nn.Conv2d, "forward", seen)
    list(fit(experiment(*CONVOLUTION, data=data, epochs=2), resume=kept))
    assert set(orders) == {last}
