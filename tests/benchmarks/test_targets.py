"""How benchmarks state their figures: a missed target is said, and is the exit status."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.benchmarks.targets import Figures, cold

BENCHMARKS = sorted(Path(__file__).parent.glob("bench_*.py"))


@pytest.mark.parametrize(("values", "limits", "is_kept"), [
    (4.9, {"below": 5}, True), (5.0, {"below": 5}, False), ([1.0, 4.0, 90.0], {"below": 5}, True),
    ([1.0, 6.0, 7.0], {"below": 5}, False), (2.6, {"above": 2.5}, True), (2.4, {"above": 2.5}, False),
    (math.nan, {"below": 5}, False), (1000, {}, True),
])  # fmt: skip
def test_a_missed_target_is_said_and_ends_with_1(values: float | Sequence[float], limits: dict[str, float],
                                                 is_kept: bool, capsys: pytest.CaptureFixture[str]) -> None:
    figures = Figures("Of this")
    figures.add("what is measured", values, **limits)
    figures.add("another", 1, below=2)
    assert figures.status() == (0 if is_kept else 1)
    out = capsys.readouterr().out
    assert out.count("MISSED") == (0 if is_kept else 1)
    assert ("missed: what is measured" in out) != is_kept


def test_a_cold_figure_is_the_first_of_a_new_process() -> None:
    assert cold("test_targets", "counted()", 2) == [1.0, 1.0]  # nothing of one is left in the other


COUNT: list[int] = []


def counted() -> float:
    """How often this was asked for in this process."""
    COUNT.append(1)
    return float(len(COUNT))


@pytest.mark.parametrize("file", BENCHMARKS, ids=lambda file: file.stem)
def test_every_benchmark_ends_with_its_figures_status(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert "figures = Figures(" in text and "return figures.status()" in text and "sys.exit(main())" in text
