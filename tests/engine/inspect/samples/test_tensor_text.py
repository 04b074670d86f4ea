"""Typed tensors: the notes' own writing against torch itself, and nothing that runs, grows or takes for ever."""

from __future__ import annotations

import time

import pytest
import torch

from engine.inspect.samples.tensor_text import TextError, is_tensor_text, tensor_of

LIKE_TORCH = (
    "torch.arange(9.).reshape(3, 3)", "torch.arange(16, dtype=torch.float32).reshape((1, 1, 4, 4))",
    "torch.arange(2, 9, 3)", "torch.arange(-8.0, 8.0, 0.1)", "torch.ones(2, 4)", "torch.zeros((2, 3))",
    "torch.full((2, 2), 7)", "torch.eye(3)", "torch.eye(2, 3)", "torch.linspace(0, 1, 5)",
    "torch.linspace(0, 1, steps=3)",
    "torch.tensor([[1, 2], [3, 4.5]])", "torch.tensor([1, 2], dtype=torch.float32)", "torch.ones(size=(2, 1))",
    "torch.arange(6).view(2, -1).float().T", "torch.ones(3).unsqueeze(0).unsqueeze(dim=-1)",
    "torch.arange(4.) / 2 - 1 + 2 * torch.ones(4) ** 2", "-torch.arange(4) // 3",
    "torch.arange(9.).reshape(3, 3)[1:, None, 0]",
    "torch.stack((torch.ones(2), torch.zeros(2)), dim=1)", "torch.cat([torch.ones(1, 2), torch.zeros(1, 2) + 1], 0)",
    "torch.arange(6.).reshape(2, 3) @ torch.ones(3, 2)", "torch.ones(2).repeat(3, 2)",
    "torch.arange(6).reshape(2, 3).permute(1, 0)",
)  # fmt: skip


@pytest.mark.parametrize("text", LIKE_TORCH)
def test_it_is_what_torch_makes_of_it(text: str) -> None:
    assert torch.equal(tensor_of(text), eval(text).float()) and is_tensor_text(text)


@pytest.mark.parametrize(("text", "wanted"), [
    ("[1, 2, 3, 4]", [1, 2, 3, 4]), ("7, 2", [7, 2]), ("7 2", [7, 2]), (" 1e-3 ", [0.001]),
    ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
    ("1 2\n3 4", [[1, 2], [3, 4]]), ("1, 2; 3, 4", [[1, 2], [3, 4]]), ("tensor([1., 2.])", [1, 2]), ("2**3 - 1", 7),
    ("X = torch.arange(4.).reshape(2, 2)\nX = torch.stack((X, X + 1))\nX", [[[0, 1], [2, 3]], [[1, 2], [3, 4]]]),
    ("import torch\nfrom torch import nn\nX = Y = torch.ones(2)\nX + Y", [2, 2]),
    ("x = np.array([[1, 2]])", [[1, 2]]),
])  # fmt: skip
def test_lists_numbers_and_lines(text: str, wanted: list[float]) -> None:
    assert torch.equal(tensor_of(text), torch.tensor(wanted, dtype=torch.float32))


def test_random_numbers_are_the_same_each_time_and_nobody_elses() -> None:
    before = torch.random.get_rng_state()
    assert torch.equal(tensor_of("torch.randn(2, 3)"), tensor_of("torch.randn(size=(2, 3))"))
    by_torch = torch.rand(4, generator=torch.Generator().manual_seed(7))
    assert torch.equal(tensor_of("torch.manual_seed(7)\ntorch.rand(4)"), by_torch)
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize(("text", "said"), [
    ("", "nothing to read"), ("torch.ones(10**9)", "4 194 304 are the most"), ("9**9**9", "too large"),
    ("torch.ones(2**12, 2**12)", "are the most"), ("torch.ones(4).repeat(10**9)", "are the most"),
    ("torch.rand(2000, 2000) @ torch.rand(2000, 2000)", "too long to compute"), ("[[1, 2], [3]]", "different lengths"),
    ("1 2\n3", "different lengths"), ("torch.arange(10**14)", "are the most"),
    ("torch.arange(0, 9, 0)", "step of arange is 0"),
    ("__import__('os').system('x')", "not read here"), ("torch.load('x')", "“load” is not read here"),
    ("X + 1", "“X” is not known"),
    ("(lambda: 1)()", "not read here"), ("[x for x in (1, 2)]", "not read here"), ("'text'", "not read here"),
    ("torch.ones.__class__", "not read here"), ("torch.ones(2).__class__", "not read here"),
    ("torch.ones(2).data_ptr()", "not read here"),
    ("torch.ones(3) + torch.ones(2)", "cannot be computed"), ("1 / 0", "cannot be computed"),
    ("torch.ones(0)", "no numbers in it"),
    ("torch.ones(2) / 0", "NaN or infinite"), ("[1e400]", "NaN or infinite"), ("torch.ones(-1)", "no tensor of shape"),
    ("((", "cannot be read"), ("(" * 5000, "cannot be read"), ("-" * 100_000 + "1", "cannot be read"),
    ("1+" * 100_000 + "1", "cannot be read"), ("[" * 150 + "1" + "]" * 150, "nested too deeply"),
    ("1" * 600_000, "too long"),
    ("while True: pass", "not read here"), ("import torch", "gives no tensor"),
    ("torch.ones(*[2, 3])", "not read here"),
    ("torch.ones(2, color=3)", "cannot be computed"), ("[True, 'a']", "not read here"),
    ("torch.ones(1.5)", "whole number"),
])  # fmt: skip
def test_what_it_does_not_read_is_said_at_once(text: str, said: str) -> None:
    begun = time.monotonic()
    with pytest.raises(TextError) as error:
        tensor_of(text)
    assert said in str(error.value).replace("\u00a0", " ").replace("\u202f", " ") and time.monotonic() - begun < 5
