"""Options of data by name, as they are typed in a terminal."""

from __future__ import annotations

import pytest

from engine.data.spec.setting import names_of, with_setting
from engine.data.spec.spec import DataSpec
from engine.layers.base import OptionError

TABLE = DataSpec(dataset="table", path="a.csv")


@pytest.mark.parametrize(("name", "text", "part", "value"), [
    ("header", "no", "table", "no"), ("table.header", "yes", "table", "yes"), ("test", "0.2", "table", 0.2),
    ("decimal", "comma", "table", "comma"), ("standardize", "false", "table", False), ("validation", "0.3", "", 0.3),
    ("data.seed", "7", "", 7), ("flip", "true", "augment", True), ("synthetic.noise", "0", "synthetic", 0),
    ("header", "false", "table", "no"),
])  # fmt: skip
def test_an_option_is_set_by_its_name(name: str, text: str, part: str, value: object) -> None:
    found = with_setting(TABLE, name, text)
    assert found is not None
    assert getattr(getattr(found, part) if part else found, name.split(".")[-1]) == value


def test_the_kind_of_a_column_is_set_by_its_name() -> None:
    found = with_setting(TABLE, "kind.zip code", "number")
    assert found is not None and found.table.kinds == (("zip code", "number"),)
    again = with_setting(found, "kind.zip code", "auto")
    assert again is not None and again.table.kinds == ()
    with pytest.raises(OptionError, match="number, category, ignore or auto, not text"):
        with_setting(TABLE, "kind.zip", "text")


def test_what_there_is_not_is_no_option_and_what_cannot_be_is_said() -> None:
    assert with_setting(TABLE, "colour", "red") is None and with_setting(TABLE, "known", "{}") is None
    assert ("table", "header") in set(names_of(TABLE)) and ("", "path") not in set(names_of(TABLE))
    with pytest.raises(OptionError):
        with_setting(TABLE, "header", "maybe")
