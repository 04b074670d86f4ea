"""Words and letters for powers of ten: multiplied, or no number beside others; never in another scale."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.formats.table.numbers import parts_of
from engine.data.formats.table.reading import reading_table
from engine.data.options.table import Table
from engine.data.progress import result_of

WORDS = {
    "thousand": 10**3, "Tsd. €": 10**3, "тыс. руб.": 10**3, "千": 10**3, "万": 10**4, "万元": 10**4, "萬": 10**4,
    "만원": 10**4,
    "lakh": 10**5, "lakhs": 10**5, "million": 10**6, "Millionen": 10**6, "Mio": 10**6, "mio.": 10**6, "mln": 10**6,
    "million USD": 10**6, "MILLIONS": 10**6, "million people": 10**6, "млн": 10**6, "百万": 10**6,
    "crore": 10**7, "千万": 10**7, "亿": 10**8, "億円": 10**8, "billion": 10**9, "bn": 10**9,
    "Mrd. €": 10**9,
    "Milliarden": 10**9, "hundred thousand": 10**5, "lakh crore": 10**12, "trillion": 10**12,
}  # fmt: skip


def target(path: Path, texts: list[str]) -> tuple[np.ndarray, list[str]]:
    path.write_text("a,y\n" + "".join(f'{n}.5,"{text}"\n' for n, text in enumerate(texts)), encoding="utf-8")
    arrays = result_of(reading_table(path, Table(task="regression")))
    return arrays.targets[:, 0], [str(note) for note in arrays.report.notes]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("every", [3, 1, 15])
def test_words_multiply_beside_plain_numbers_and_alone(word: str, every: int, tmp_path: Path) -> None:
    rows = range(30)
    found, notes = target(tmp_path / "a.csv", [f"{n + 1}.5 {word}" if n % every == 0 else str(9000 + n) for n in rows])
    wanted = [(2 * n + 3) * WORDS[word] // 2 if n % every == 0 else 9000 + n for n in rows]
    assert found.tolist() == np.float32(wanted).tolist()
    assert any("is read as" in note for note in notes)


@pytest.mark.parametrize("letter", ["k", "M", "m", "bn", "Cr", " mn"])
def test_letters_behind_money_multiply(letter: str, tmp_path: Path) -> None:
    factor = {"k": 1e3, "bn": 1e9, "Cr": 1e7}.get(letter, 1e6)
    found, _ = target(tmp_path / "a.csv", [f"£{n + 2}{letter}" if n % 3 else f"£{901000 + n}" for n in range(30)])
    assert found.tolist() == [np.float32((n + 2) * factor) if n % 3 else 901000 + n for n in range(30)]


@pytest.mark.parametrize("unit", [" M", " m", " MM", " mil", " T€", "m", " cr", " mn", " t", "兆"])
@pytest.mark.parametrize("every", [20, 3])
def test_plain_numbers_are_not_taken_beside_what_may_be_another_scale(unit: str, every: int, tmp_path: Path) -> None:
    texts = [str(901013 + n) if n % every == 1 else f"{n + 1}.5{unit}" for n in range(60)]
    path = tmp_path / "a.csv"
    lines = [f"{text},{n * 7 % 31},{n}.5\n" for n, text in enumerate(texts)]
    path.write_text("x,z,y\n" + "".join(lines), encoding="utf-8")
    arrays = result_of(reading_table(path, Table()))
    if "x" in arrays.report.features:
        numbers = arrays.inputs[:, arrays.report.features.index("x")]
        assert np.isnan(numbers).tolist() == [text.isdecimal() for text in texts]
    assert any("“x”" in str(note) for note in arrays.report.notes)


@pytest.mark.parametrize("text", ["5 mm", "5 kg", "5千克", "5百分点", "5 crayons", "5 m²", "5 m/s", "5 kr"])
def test_units_that_only_begin_like_a_power_are_none(text: str) -> None:
    found = parts_of(text)
    assert found is not None and found.values == (5, 5)
