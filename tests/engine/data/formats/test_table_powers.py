"""Words and letters for powers of ten: multiplied, or no number beside others; never in another scale."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.formats.table.kinds import TextValues
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


@pytest.mark.parametrize("letter", ["k", "M", "m", "bn", " mn"])
def test_letters_behind_money_multiply(letter: str, tmp_path: Path) -> None:
    factor = {"k": 1e3, "bn": 1e9}.get(letter, 1e6)
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


def feature(path: Path, texts: list[str]) -> tuple[list[float] | None, list[str]]:
    """The numbers of a column, if it is one of numbers, and what is said."""
    path.write_text("w;x;y\n" + "".join(f"{text};{n * 7 % 31};{n}.5\n" for n, text in enumerate(texts)),
                    encoding="utf-8")
    arrays = result_of(reading_table(path, Table()))
    found = arrays.inputs[:, 0].tolist() if arrays.report.features[0] == "w" else None
    return found, [str(note) for note in arrays.report.notes]


@pytest.mark.parametrize("odd", ["${} CR", "£{}CR", "CHF {} T", "€ {} t", "{} T EUR", "₹{} L", "₹{} Cr"])
@pytest.mark.parametrize("every", [1, 4])
def test_letters_behind_money_that_may_mean_several_things_leave_the_column_out(odd: str, every: int,
                                                                               tmp_path: Path) -> None:
    plain = odd[0] if odd[0] in "$£€₹" else "CHF " if "CHF" in odd else ""
    texts = [odd.format(n + 5) if n % every == 0 else f"{plain}{n + 5}" for n in range(40)]
    found, notes = feature(tmp_path / "a.csv", texts)
    if odd == "₹{} Cr" and every == 1:
        assert found == [(n + 5) * 1e7 for n in range(40)]
    else:
        assert found is None
        assert any(f"sums such as “{texts[0]}”" in note for note in notes)


def test_few_sums_with_such_letters_are_named_and_missing(tmp_path: Path) -> None:
    found, notes = feature(tmp_path / "a.csv", ["$7 CR" if n == 9 else f"${n}.5" for n in range(40)])
    assert found is not None and np.isnan(found[9]) and found[8] == 8.5
    assert any("“$7 CR” is not a number" in note for note in notes)


def test_credit_beside_debit_is_no_crore(tmp_path: Path) -> None:
    assert feature(tmp_path / "a.csv", [f"Rs {n} {'Cr' if n % 2 else 'Dr'}" for n in range(40)])[0] is None


@pytest.mark.parametrize(("crores", "lakhs"), [
    ("₹{} Cr", "₹{} L"), ("₹{}Cr", "₹{}L"), ("Rs. {} Cr", "{} L"), ("{} Cr INR", "{} L INR"), ("₹{} Cr", "₹{} lakh"),
])
def test_lakhs_stand_beside_crores(crores: str, lakhs: str, tmp_path: Path) -> None:
    texts = [crores.format(n + 0.5) if n % 3 else lakhs.format(n + 2) for n in range(40)]
    found, _ = feature(tmp_path / "a.csv", texts)
    assert found == [(n + 0.5) * 1e7 if n % 3 else (n + 2) * 1e5 for n in range(40)]


def test_trillions_stand_beside_billions_of_dollars(tmp_path: Path) -> None:
    found, _ = feature(tmp_path / "a.csv", [f"${n}.5B" if n % 3 else f"${n + 2}T" for n in range(40)])
    assert found == [(n + 0.5) * 1e9 if n % 3 else (n + 2) * 1e12 for n in range(40)]


@pytest.mark.parametrize("text", ["{} T€", "t€ {}", "{} TEUR", "{} tkr"])
def test_currencies_in_thousands_multiply(text: str, tmp_path: Path) -> None:
    found, notes = feature(tmp_path / "a.csv", [text.format(n) for n in range(40)])
    assert found == [1000 * n for n in range(40)]
    assert any("is read as 10000" in note for note in notes)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("end", ["", ".5"])
def test_few_shares_among_numbers_are_named_and_missing(end: str, count: int, tmp_path: Path) -> None:
    texts = [f"{n}{end}" for n in range(40)]
    texts[:count] = [f"{n + 5}%" for n in range(count)]
    found, notes = feature(tmp_path / "a.csv", texts)
    assert found is not None and np.isnan(found[:count]).all() and found[count:] == list(map(float, texts[count:]))
    assert any("“5%”" in note for note in notes)
    values, notes = target(tmp_path / "b.csv", texts)
    assert values.tolist() == list(map(float, texts[count:])) and any("“5%”" in note for note in notes)


@pytest.mark.parametrize(("text", "number"), [
    ("10,-", 10), ("CHF 10.-", 10), ("10.–", 10), ("CHF 1'250.–", 1250), ("-10.-", -10), ("10,- €", 10), ("10.--", 10),
    ("10.— CHF", 10), ("5.00-", -5), ("5-", -5),
    ("8½", 8.5), ("-8 ¼", -8.25), ("8¾ kg", 8.75), ("1½ million", 1.5e6), ("8.5½", None), ("1,250½", None),
    ("8⅓", None), ("10²", None), ("10 ³", None), ("5①", None), ("5 m²", 5), ("5²-", None),
    ("1.100E+02", 110), ("1,100E+02", 110), ("1,234.5e2", None), ("1'000e2", None), ("1,100", 1100),
])  # fmt: skip
def test_dashes_fractions_and_raised_digits(text: str, number: float | None) -> None:
    found = parts_of(text)
    if number is None:
        assert found is None
    else:
        assert found is not None and number in found.values


def test_a_power_of_ten_tells_the_decimal_sign(tmp_path: Path) -> None:
    found, _ = feature(tmp_path / "a.csv", [f"{n % 9 + 1},{n:03}E+02" for n in range(40)])
    assert found == [float(f"{n % 9 + 1}.{n:03}E+02") for n in range(40)]


def test_wide_tables_are_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(TextValues, "_example", property(lambda values: asked.append(values.name) or 0))
    lines = [",".join(f"c{n}" for n in range(700))] + [",".join(f"${row + n}" for n in range(700)) for row in range(9)]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    arrays = result_of(reading_table(tmp_path / "a.csv", Table()))
    assert arrays.report.features == tuple(f"c{n}" for n in range(699))
    assert max(map(asked.count, asked)) <= 2  # its text, and the number of it
