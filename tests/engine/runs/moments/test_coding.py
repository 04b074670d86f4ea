"""Differences of weights as bytes: whatever numbers there are come back bit for bit, of every type."""

from __future__ import annotations

import json
import random
import tracemalloc
import zlib
from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine.messages import LayerloomError
from engine.runs.moments import coding
from engine.runs.moments.coding import KINDS
from engine.runs.moments.files import write_moment
from engine.runs.moments.kept import Moments
from engine.runs.moments.names import name_of

State = dict[str, Tensor]
EDGES = (0.0, -0.0, 1.0, -1.0, float("inf"), float("-inf"), float("nan"), 1e-45, -1e-45, 3.4e38)


def bits(value: Tensor) -> bytes:
    """What is in its memory, read by another way than the program's."""
    plain = value.contiguous().reshape(-1)
    return bytes(plain.view(torch.uint8).tolist())


def same(one: State, other: State) -> bool:
    """Whether two state dicts are the same to the last bit, in the same order."""
    return list(one) == list(other) and all(
        (one[key].dtype, one[key].shape, bits(one[key])) == (other[key].dtype, other[key].shape, bits(other[key]))
        for key in one)


def any_bits(kind: str, count: int, seed: int) -> Tensor:
    """Any pattern that memory can hold: all numbers, every NaN with what it carries."""
    dtype, generator = getattr(torch, kind), torch.Generator().manual_seed(seed)
    if kind == "bool":
        return torch.randint(0, 2, (count,), generator=generator).bool()
    size = torch.empty(0, dtype=dtype).element_size()
    return torch.randint(0, 256, (count * size,), generator=generator, dtype=torch.uint8).view(dtype)


def there_and_back(folder: Path, *states: State) -> list[State]:
    """Each as the difference to the one before it."""
    for at, state in enumerate(states):
        before = states[at - 1] if at else None
        write_moment(folder, at, state, at - 1 if at else None, before)
    return [Moments(folder, cache=0).weights(at) for at in range(len(states))]


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_bits_there_are_come_back(kind: str, tmp_path: Path) -> None:
    states = [{"a": any_bits(kind, 999, seed), "b.c": any_bits(kind, 12, seed + 50).reshape(3, 2, 2)}
              for seed in range(4)]
    assert all(same(found, state) for found, state in zip(there_and_back(tmp_path, *states), states, strict=True))


def test_a_state_of_all_types_with_none_and_one_number(tmp_path: Path) -> None:
    def state(seed: int) -> State:
        torch.manual_seed(seed)
        return {"conv.weight": torch.randn(4, 3, 2, 2), "half": torch.randn(7).half(), "bn.count": torch.tensor(seed),
                "nothing": torch.empty(0, 3), "edges": torch.tensor(EDGES), "flag": torch.tensor(seed % 2 == 0),
                "wide": torch.randn(3, dtype=torch.float64), "turned": torch.randn(5, 6).t(),
                "spectrum": torch.randn(2, 2, dtype=torch.complex64)}

    with torch.random.fork_rng(devices=[]):
        states = [state(seed) for seed in range(3)]
    assert all(same(found, state) for found, state in zip(there_and_back(tmp_path, *states), states, strict=True))


def test_more_than_a_block_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding, "BLOCK", 64)
    states = [{str(at): any_bits("float32", size, seed + at) for at, size in enumerate((1, 63, 64, 65, 1, 200))}
              for seed in (0, 100)]
    assert all(same(found, state) for found, state in zip(there_and_back(tmp_path, *states), states, strict=True))


def test_what_is_near_takes_less_and_what_stays_nearly_nothing(tmp_path: Path) -> None:
    first = {"weight": torch.randn(50_000, generator=torch.Generator().manual_seed(0))}
    whole = write_moment(tmp_path, 0, first, None, None)
    near = {"weight": first["weight"] * (1 + 1e-3 * torch.rand(50_000, generator=torch.Generator().manual_seed(1)))}
    assert write_moment(tmp_path, 1, near, 0, first) < 0.65 * 200_000 < 0.8 * 200_000 < whole < 0.95 * 200_000
    assert write_moment(tmp_path, 2, near, 1, near) < 2_000


def test_what_no_file_can_hold_is_not_kept() -> None:
    assert coding.layout_of({"a": torch.zeros(3), "b": torch.zeros(3, dtype=torch.float8_e5m2)}) is None


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_file_is_a_sentence_or_what_was_written(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    states = [{"w": any_bits("float32", 300, at), "n": torch.tensor([at])} for at in range(3)]
    there_and_back(tmp_path, *states)
    path = tmp_path / name_of(draw.randrange(3))
    content = bytearray(path.read_bytes())
    if draw.random() < 0.4:
        del content[draw.randrange(len(content)):]
    for _ in range(draw.randrange(1, 4) if content else 0):
        content[draw.randrange(len(content))] = draw.randrange(256)
    path.write_bytes(content)
    for at in range(3):
        try:
            found = Moments(tmp_path).weights(at)
        except LayerloomError as error:
            assert str(path) in str(error) and ("it is" in str(error) or "could not be read" in str(error))
        else:
            assert same(found, states[at])


def rewritten(path: Path, body: bytes | None = None, **told: object) -> None:
    """The file with something else in its head, and perhaps with another body."""
    content = path.read_bytes()
    length = int.from_bytes(content[8:12], "little")
    head = json.dumps(json.loads(content[12:12 + length]) | told).encode()
    rest = content[12 + length:] if body is None else body
    path.write_bytes(content[:8] + len(head).to_bytes(4, "little") + head + rest)


@pytest.mark.parametrize("told", [
    {"layout": [["w", "float32", [10**10]]]}, {"layout": [["w", "float32", [2**40, 2**40]]]},
    {"layout": [["w", "float32", [-1]]]}, {"layout": [["w", "object", [10]]]}, {"layout": [["w", "float32", [11]]]},
    {"layout": [["w", "float32", [5]], ["w", "float32", [5]]]}, {"layout": 3}, {"base": 0.0}, {"base": -1.0},
    {"position": "x"}, {"position": 5.0}, {"crc": 1}, {"base": 7.0}])
def test_a_head_that_says_something_else_is_a_sentence(told: dict[str, object], tmp_path: Path) -> None:
    write_moment(tmp_path, 0, {"w": torch.arange(10.0)}, None, None)
    rewritten(tmp_path / name_of(0), **told)
    with pytest.raises(LayerloomError, match=r"holds no weights that can be read: (it is damaged|it is no moment)"):
        Moments(tmp_path).weights(0)


def test_what_unfolds_without_end_is_refused_before_there_is_memory_for_it(tmp_path: Path) -> None:
    write_moment(tmp_path, 0, {"w": torch.arange(10.0)}, None, None)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = packer.compress(bytes(200_000_000)) + packer.flush()
    rewritten(tmp_path / name_of(0), (b"\1" + len(bomb).to_bytes(4, "little") + bomb) * 4)
    tracemalloc.start()
    with pytest.raises(LayerloomError, match="it is damaged"):
        Moments(tmp_path).weights(0)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
