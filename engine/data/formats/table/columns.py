"""What the columns of a table are used as: numbers or categories, what is left out, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.data.errors import DataError
from engine.data.formats.table.gathering import WHOLE, Floats
from engine.data.formats.table.numbers import is_code
from engine.data.formats.table.values import SHOWN, Values
from engine.data.formats.table.wrapped import is_nearly_number
from engine.data.options.table import ColumnKind, Table
from engine.messages import Message, say

MANY = 100  # different texts, more than which are no categories unless the person says so
MOST = 1000  # … and more than which are none at all
LONG = 10  # rows from which on counting them is no chance
_ID = re.compile(r"(?:.*[^a-z])?(?:id|ids|index|idx|uuid|guid|key|row|rows|rownames?|no|nr|num|number|unnamed: \d+|"
                 r"编号|序号|編號|番号|번호|column 1|id\W*|#)?")
_NAME = re.compile(r"(?:^|[^a-z])(?:id|index|idx|uuid|guid|unnamed: \d+)\W*$|编号|序号|編號|番号")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
DATE = re.compile(rf"\d{{1,4}}[-/.年]\s?(?:\d{{1,2}}|{_MONTH})[-/.月]\s?\d{{1,4}}日?(?:[T ].*)?|"
                   r"\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?(?: ?[ap]m)?|"
                   rf"(?:\d{{1,2}} )?{_MONTH}\.? (?:\d{{1,2}},? )?\d{{4}}", re.IGNORECASE)


@dataclass(frozen=True)
class Use:
    """What a column is used as, and what is to be said of it."""

    looks_like: ColumnKind
    kind: ColumnKind
    notes: tuple[Message, ...] = ()

    @property
    def note(self) -> Message | None:
        """The first of them."""
        return self.notes[0] if self.notes else None


def uses_of(columns: Mapping[str, Values], target: str, table: Table) -> dict[str, Use]:
    """What the features are used as; what counts the rows only where there is anything else to learn from."""
    uses = {name: use_of(values, table.kind_of(name)) for name, values in columns.items() if name != target}
    counters = {name: note for name in uses if uses[name].kind == "number" and table.kind_of(name) is None
                and (note := counts_rows(columns[name]))}
    others = any(use.kind != "ignore" for name, use in uses.items() if name not in counters)
    return {name: Use("ignore", "ignore", (counters[name],)) if others and name in counters else use
            for name, use in uses.items()}


def use_of(values: Values, chosen: ColumnKind | None) -> Use:
    """What a feature column is used as. Raises DataError where the person's choice is impossible."""
    looks_like, notes = _looks_like(values)
    if chosen == "ignore":
        return Use(looks_like, "ignore")
    if idle := _is_idle(values):
        return Use(looks_like, "ignore", (idle,))
    if chosen is None and looks_like != "number":
        return Use(looks_like, looks_like, notes)
    if chosen in ("number", None):
        values.expect_numbers()
        if not values.present:
            raise DataError("“{column}” holds no numbers", column=values.name)
        if idle := _is_one_number(values):
            return Use(looks_like, "ignore", (idle,))
        return Use(looks_like, "number", _of_numbers(values))
    if values.distinct > MOST:
        raise DataError("“{column}” has {count} different values: more than {most} cannot be categories",
                        column=values.name, count=values.distinct, most=MOST)
    return Use(looks_like, chosen)


def _of_numbers(values: Values) -> tuple[Message, ...]:
    return tuple(note for note in (*values.styles, values.mistakes()) if note is not None)


def _is_idle(values: Values) -> Message | None:
    distinct = values.distinct
    if not distinct:
        return say("“{column}” is empty: it is left out", column=values.name)
    if distinct == 1 and not values.missing("category").any():
        return say("“{column}” has the same value in every row: it is left out", column=values.name)
    return None


def _is_one_number(values: Values) -> Message | None:
    """Whether texts that differ are all the same number."""
    if values.distinct == 1 or np.isnan(values.numbers).any() or np.ptp(values.numbers):
        return None
    return say("“{column}” has numbers that are too large to be told apart: it is left out" if too_large(values) else
               "“{column}” has the same number in every row: it is left out", column=values.name)


def too_large(values: Values) -> bool:
    """Whether its numbers are the same only because they are rounded."""
    return values.distinct > 1 and bool(np.abs(values.numbers[0]) >= WHOLE)


def _looks_like(values: Values) -> tuple[ColumnKind, tuple[Message, ...]]:
    if (values.is_numeric and not values.is_code) or values.is_boundless:
        return "number", _of_numbers(values)
    if unclear := values.unclear:
        return "ignore", (unclear,)
    count, rows = values.distinct, len(values)
    is_many = count > MANY or count > max(20, rows / 2)
    if values.is_code:
        text = next(name for name in values.categories()[0] if is_code(name))
        mistakes = () if is_many else (values.mistakes(),)
        return ("ignore" if is_many else "category"), (_of_codes(values, text, is_many), *filter(None, mistakes))
    if is_many:
        return "ignore", (_of_many(values),)
    if 0 < 2 * len(values.bad) <= values.present + len(values.bad):
        row = int(values.bad[0])
        return "category", (say(
            "“{column}” is used as categories: {count} of its {all} values are not numbers, more than a tenth; the "
            "first is “{value}” in line {line}", column=values.name, count=len(values.bad),
            all=values.present + len(values.bad), value=values.text(row)[:SHOWN], line=int(values.lines[row])),)
    return "category", _of_nearly(values)


def _of_nearly(values: Values) -> tuple[Message, ...]:
    """Why what most would take for numbers are none."""
    found = [name for name in values.categories()[0] if is_nearly_number(name)]
    if 2 * len(found) <= values.distinct:
        return ()
    return (say("“{column}” is used as categories: “{text}” is no plain number. If it is one, leave out the signs "
                "around it", column=values.name, text=found[0][:SHOWN]),)


def _of_codes(values: Values, text: str, is_many: bool) -> Message:
    if is_many:
        return say("“{column}” has values such as “{text}”, which are names rather than numbers, and {count} different "
                   "ones: it is left out. If they are numbers, set its kind to number", column=values.name, text=text,
                   count=values.distinct)
    return say("“{column}” has values such as “{text}”, which are names rather than numbers: they are used as "
               "categories", column=values.name, text=text)


def _of_many(values: Values) -> Message:
    some = values.categories()[0][:100]
    if sum(DATE.fullmatch(name) is not None for name in some) > 0.9 * len(some):
        return say("“{column}” holds {count} different dates or times: it is left out. A column with only the year, "
                   "month or hour can be learned from", column=values.name, count=values.distinct)
    if values.present >= len(values.bad) > 0:
        row, others = int(values.bad[0]), len(values.bad) - 1
        rest = say("is not") if not others else say("and 1 other are not") if others == 1 else say(
            "and {others} others are not", others=others)
        return say("“{column}” has {count} different texts: it is left out. Many are numbers, but “{value}” in line "
                   "{line} {rest}", column=values.name, count=values.distinct, value=values.text(row)[:SHOWN],
                   line=int(values.lines[row]), rest=rest)
    return say("“{column}” has {count} different texts: it is left out", column=values.name, count=values.distinct)


def counts_rows(values: Values) -> Message | None:
    """Whether a column only numbers the rows: in order, or shuffled; of names like PassengerId in any way."""
    numbers = values.numbers
    if len(numbers) < 3 or not _are_whole(numbers[:100]) or not _are_whole(numbers):
        return None
    is_id = _ID.fullmatch(_words(values.name)) is not None
    if len(numbers) < LONG and not is_id:
        return None
    least, most = numbers.min(), numbers.max()
    if most - least != len(numbers) - 1 or not (is_id or least in (0, 1)):
        return _is_name(values) if is_id and len(numbers) >= LONG else None
    steps = np.diff(numbers)
    if (steps == 1).all():
        return say("“{column}” only counts the rows: it is left out", column=values.name)
    if len(numbers) < LONG or values.distinct < len(numbers):
        return None
    return say("“{column}” only numbers the rows, in another order: it is left out", column=values.name)


def _are_whole(numbers: Floats) -> bool:
    return not np.isnan(numbers).any() and bool((numbers % 1 == 0).all())


def _is_name(values: Values) -> Message | None:
    """An id with gaps."""
    if values.distinct < len(values) or not _NAME.search(_words(values.name)):
        return None
    return say("“{column}” has another number in every row, as names have: it is left out", column=values.name)


def _words(name: str) -> str:
    """“PassengerId” → “passenger id”."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").casefold().strip()
