"""Where words stand beside their threads."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from widgets.plot.marks import Mark, Marks
from widgets.plot.placing import HEIGHT, Words, beside, placed

AREA = QRectF(40, 30, 400, 160)
NOWHERE = QRectF()
LONG = "lr 0.9 → 0.09, batch size 256 → 64"


def width(text: str) -> float:
    return 7.0 * len(text)


def shortened(text: str, room: float) -> str:
    return text if width(text) <= room else text[: int(room / 7) - 1] + "…"


def words(*marks: tuple[float, str], area: QRectF = AREA, below: bool = False) -> list[tuple[float, float, str]]:
    """Where each begins, in which row, and what it says."""
    found = placed([(x, text, "warn") for x, text in marks], area, width, shortened, below)
    return [(each.place.left(), row(each, area, below), each.text) for each in found]


def row(words: Words, area: QRectF, below: bool) -> float:
    return ((area.bottom() - words.place.bottom()) if below else (words.place.top() - area.top())) / HEIGHT


def test_at_the_end_they_take_a_row_with_room() -> None:
    low = QRectF(40, 30, 400, 64)
    found = words((60, LONG), (64, LONG), (240, LONG), (436, LONG), area=low)
    assert [row for _, row, _ in found] == [0, 1, 0, 1], "those in the first row may go on"
    assert all(len(text) > 15 for *_, text in found[2:])


@pytest.mark.parametrize("below", [False, True])
def test_words_stand_behind_their_thread_and_a_row_further_where_others_reach_over_it(below: bool) -> None:
    assert words((100, "lr 0.1"), below=below) == [(104, 0, "lr 0.1")]
    assert words((100, "lr 0.1"), (110, "lr 0.01"), (300, "lr 0.2"), below=below) == [
        (104, 0, "lr 0.1"), (114, 1, "lr 0.01"), (304, 0, "lr 0.2")]


def test_at_the_end_they_stand_before_it_the_last_one_first() -> None:
    [(left, row, text)] = words((430, "by hand"))
    assert left + width(text) == 426 and row == 0 and text == "by hand"
    assert words((420, "by hand"), (430, "again")) == [(367, 1, "by hand"), (391, 0, "again")]


def test_five_changes_close_together_are_all_written_out_where_there_are_rows_for_them() -> None:
    wide = QRectF(40, 30, 1000, 160)
    found = words((170, LONG), (180, "lr 0.03"), (330, LONG), (334, "lr 0.01"), (720, LONG), area=wide)
    assert [(row, text) for _, row, text in found] == [
        (0, LONG), (1, "lr 0.03"), (1, LONG), (2, "lr 0.01"), (0, LONG)]


def test_where_rows_are_few_words_end_before_the_next_thread_or_say_how_many_they_are() -> None:
    low = QRectF(40, 30, 400, 32)
    [first, second] = words((100, LONG), (200, LONG), area=low)
    assert first[1] == second[1] == 0 and first[2].endswith("…") and first[0] + width(first[2]) < 200
    [one] = words((100, "lr 0.1"), (104, "lr 0.2"), (108, "lr 0.3"), area=low)
    assert one == (112, 0, "lr 0.1 · lr 0.2 · lr 0.3"), "together they fit"
    [one] = words((100, LONG), (104, "lr 0.2"), (108, "lr 0.3"), (380, "saved"), area=low)[:1]
    assert one[2] == f"{LONG} +2"
    assert words((50, LONG), (54, LONG + "x"), area=QRectF(40, 30, 60, 32))[0][2] == "+2"
    assert words((50, LONG), area=QRectF(40, 30, 20, 32)) == [] == words()


MARKS = st.lists(st.tuples(st.integers(40, 440).map(float), st.text("abc 0.1", min_size=1, max_size=60)), max_size=25)
AREAS = st.builds(lambda height, wide: QRectF(40, 30, wide, height), st.integers(20, 300), st.integers(400, 1600))


@given(MARKS, AREAS, st.booleans())
def test_no_words_run_into_others_or_out_of_the_plot_nor_any_thread_through_them(
        marks: list[tuple[float, str]], area: QRectF, below: bool) -> None:
    marks = sorted(set(marks))
    found = placed([(x, text, "warn") for x, text in marks], area, width, shortened, below)
    assert all(area.contains(each.place) for each in found)
    assert not any(one.place.intersects(other.place) for one, other in combinations(found, 2))
    assert not marks or sorted(index for each in found for index in each.told) == list(range(len(marks)))
    shown = Marks(area, tuple((x, Mark(x, text)) for x, text in marks), tuple(found), below)
    lines = [*(place for place, _ in shown.threads()), shown.thread(area.center().x())]
    assert not any(line.intersects(each.place) for line in lines for each in found)


def test_a_word_stands_at_the_foot_of_its_thread_and_where_that_is_taken_elsewhere() -> None:
    def place(x: float, *taken: QRectF, crossed: QRectF = NOWHERE) -> QRectF | None:
        return beside(x, 30, AREA, lambda place: any(each.intersects(place) for each in taken), crossed.intersects)

    foot = place(200)
    assert foot == QRectF(205, AREA.bottom() - HEIGHT - 1, 30, HEIGHT)
    assert place(430) == QRectF(430 - 4 - 30, foot.top(), 30, HEIGHT), "before it at the right border"
    thread, low = QRectF(210, 30, 1, 160), QRectF(40, 150, 400, 40)
    assert place(200, thread).left() == 166 and place(200, crossed=QRectF(205, 150, 200, 40)).left() == 166
    assert place(200, crossed=low).top() == AREA.top() + 1, "at the head, where the curve is at the foot"
    assert place(200, QRectF(40, 30, 400, 30), crossed=low).bottom() < low.top(), "beside the thread above it"
    assert place(200, crossed=AREA) == foot, "on a curve where there is nothing else"
    assert place(200, AREA) is None
