"""Pictures of curves: real PNG and SVG, and the same numbers as CSV."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from engine.files import WriteError
from engine.runs.pictures import (
    COLORS,
    GRID,
    TEXT,
    TRAIN,
    VALIDATION,
    PictureError,
    curves_csv,
    curves_picture,
    save_curves,
    series_picture,
)
from engine.training.events import EpochEnded, Point, Steered
from engine.training.state import RunState
from engine.training.values import Metrics


@pytest.fixture
def history() -> RunState:
    """Two epochs with points between them."""
    made = RunState()
    for epoch in (1, 2):
        made.hear(Point(epoch - 0.5, 2.0 / epoch, 0.4 * epoch))
        made.hear(EpochEnded(epoch, Metrics(1.5 / epoch, 0.45 * epoch), Metrics(1.6 / epoch, 0.44 * epoch), True, {}))
    return made


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Every figure that would be written: painting its dots takes a second."""
    figures: list[Figure] = []

    def noting(figure: Figure, file: IO[bytes], **_: Any) -> None:
        figures.append(figure)
        file.write(b"a picture")

    monkeypatch.setattr(Figure, "savefig", noting)
    return figures


def of_numbers(*losses: float, best: int = 0, more: str = "rmse") -> RunState:
    """Epochs of a run that learns numbers, with another metric of ten times the loss."""
    made = RunState()
    for epoch, loss in enumerate(losses, 1):
        both = [Metrics(value, others=((more, 10 * value),)) for value in (loss, 2 * loss)]
        made.hear(EpochEnded(epoch, *both, epoch == best, {}))
    return made


def lines_of(axes: Axes) -> list[tuple[str, list[float], list[float]]]:
    """Colour and points of every line."""
    return [(str(line.get_color()), list(line.get_xdata()), list(line.get_ydata())) for line in axes.get_lines()]


def legend_of(axes: Axes) -> list[str]:
    legend = axes.get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def test_a_run_is_two_pictures_with_points_and_the_best_epoch(history: RunState, drawn: list[Figure],
                                                              tmp_path: Path) -> None:
    curves_picture(history, tmp_path / "curves.png")
    loss, accuracy = drawn[0].axes
    assert [axes.get_title(loc="left") for axes in (loss, accuracy)] == ["loss", "accuracy"]
    assert [axes.get_xlabel() for axes in (loss, accuracy)] == ["epoch", "epoch"]
    assert loss.get_subplotspec().colspan.start == 0 and accuracy.get_subplotspec().colspan.start == 1
    within, train, validation, best = lines_of(loss)
    assert within == (TRAIN, [0.5, 1.5], [2.0, 1.0]) and train == (TRAIN, [1.0, 2.0], [1.5, 0.75])
    assert validation == (VALIDATION, [1.0, 2.0], [1.6, 0.8]) and best[1:] == ([2.0], [0.8])
    assert [ys for _, _, ys in lines_of(accuracy)] == [[0.4, 0.8], [0.45, 0.9], [0.44, 0.88], [0.88]]
    assert legend_of(loss) == legend_of(accuracy) == ["train (mean while learning)", "validation", "best: epoch 2"]
    assert not any(spine.get_visible() for spine in loss.spines.values()) and loss.get_axisbelow() is True


@pytest.mark.parametrize(("epochs", "marked"), [(1, True), (30, True), (31, False)])
def test_few_epochs_have_markers(epochs: int, marked: bool, drawn: list[Figure], tmp_path: Path) -> None:
    curves_picture(of_numbers(*[1.0] * epochs), tmp_path / "curves.png")
    assert [line.get_marker() == "o" for line in drawn[0].axes[0].get_lines()] == [False, marked, marked]
    assert legend_of(drawn[0].axes[0]) == ["train (mean while learning)", "validation"]


@pytest.mark.parametrize(("losses", "scale"), [((1000.0, 1.0), "log"), ((100.0, 1.0), "log"), ((50.0, 1.0), "linear"),
                                               ((1000.0, 0.0), "linear"), ((1000.0, -1.0), "linear"),
                                               ((math.inf, 1.0), "linear"), ((1000.0, math.nan, 1.0), "log")])
def test_a_loss_that_falls_far_has_a_logarithmic_scale(losses: tuple[float, ...], scale: str, drawn: list[Figure],
                                                       tmp_path: Path) -> None:
    """The validation's is twice the training's."""
    curves_picture(of_numbers(*losses), tmp_path / "one.png")
    assert [axes.get_yscale() for axes in drawn[0].axes] == [scale, scale]


def test_in_a_series_validation_alone_decides_the_scale(drawn: list[Figure], tmp_path: Path) -> None:
    for first in (100.0, 101.0):
        series_picture([RunState(title="a"), _member("b", of_numbers(first)), _member("c", of_numbers(1.0))],
                       tmp_path / "all.png")
    assert [axes.get_yscale() for figure in drawn for axes in figure.axes] == ["linear", "linear", "log", "log"]


def test_accuracy_is_never_on_a_logarithmic_scale(drawn: list[Figure], tmp_path: Path) -> None:
    made = RunState()
    for epoch, accuracy in enumerate((0.001, 1.0), 1):
        made.hear(EpochEnded(epoch, Metrics(1.0, accuracy), Metrics(1.0, accuracy), False, {}))
    curves_picture(made, tmp_path / "one.png")
    series_picture([_member("a", made), _member("b", made)], tmp_path / "all.png")
    assert [axes.get_yscale() for figure in drawn for axes in figure.axes] == ["linear"] * 4


@pytest.mark.parametrize(("more", "title"), [("log_rmse", "log-rmse"), ("rmse", "rmse"), ("mae", "accuracy")])
def test_beside_the_loss_stands_what_is_known(more: str, title: str, drawn: list[Figure], tmp_path: Path) -> None:
    made = of_numbers(2.0, 1.0, more=more)
    curves_picture(made, tmp_path / "one.svg")
    series_picture([_member("a", made), RunState(title="not yet begun")], tmp_path / "all.svg")
    assert [axes.get_title(loc="left") for figure in drawn for axes in figure.axes] == ["loss", title] * 2


def _member(title: str, history: RunState) -> RunState:
    history.title = title
    return history


def test_a_series_is_drawn_in_a_colour_each(drawn: list[Figure], tmp_path: Path) -> None:
    members = [_member(str(number), of_numbers(1.0 + number, 0.5)) for number in range(len(COLORS) + 1)]
    series_picture(members, tmp_path / "all.png")
    for axes, times in zip(drawn[0].axes, (1, 10), strict=True):
        lines = axes.get_lines()
        train, validation = lines[::2], lines[1::2]
        assert [line.get_color() for line in validation] == [line.get_color() for line in train] == [*COLORS, COLORS[0]]
        assert [{line.get_linestyle() for line in part} for part in (train, validation)] == [{"--"}, {"-"}]
        assert legend_of(axes) == [str(number) for number in range(len(members))]
        assert [list(line.get_ydata()) for line in (train[3], validation[3])] == [[4.0 * times, 0.5 * times],
                                                                                  [8.0 * times, 1.0 * times]]
        assert list(train[0].get_xdata()) == [1.0, 2.0]


def test_axes_are_quiet(history: RunState, drawn: list[Figure], tmp_path: Path) -> None:
    """Numbers of epochs are whole, a grid lies behind the lines, there are no ticks and no frames."""
    curves_picture(history, tmp_path / "one.png")
    series_picture([_member("a", history), _member("b", history)], tmp_path / "all.png")
    assert [figure.get_facecolor() for figure in drawn] == [(1.0, 1.0, 1.0, 1.0)] * 2
    for axes in [axes for figure in drawn for axes in figure.axes]:
        axes.figure.draw_without_rendering()
        assert all(float(label.get_text()).is_integer() for label in axes.get_xticklabels())
        assert all(line.get_visible() for line in (*axes.get_xgridlines(), *axes.get_ygridlines()))
        ticks = [*axes.xaxis.get_major_ticks(), *axes.yaxis.get_major_ticks()]
        assert {tick.tick1line.get_markersize() for tick in ticks} == {0}
        assert {tick.label1.get_color() for tick in ticks} == {TEXT}
        assert {line.get_color() for line in axes.get_xgridlines()} == {GRID}
        legend = axes.get_legend()
        assert legend is not None and not legend.get_frame_on()
        assert {to_hex(text.get_color()) for text in legend.get_texts()} == {TEXT}
        first, last = axes.get_xlim()
        lines = [float(x) for line in axes.get_lines() for x in line.get_xdata()]
        span = max(lines) - min(lines)
        assert (first, last) == pytest.approx((min(lines) - 0.02 * span, max(lines) + 0.02 * span))


def test_lines_are_told_apart_by_their_strength(history: RunState, drawn: list[Figure], tmp_path: Path) -> None:
    curves_picture(history, tmp_path / "one.png")
    series_picture([_member("a", history)], tmp_path / "all.png")
    one, all_runs = ([(line.get_linewidth(), line.get_alpha()) for line in figure.axes[0].get_lines()]
                     for figure in drawn)
    assert one[:3] == [(1, 0.3), (1.8, None), (1.8, None)] and all_runs == [(1, 0.7), (1.8, None)]
    best = drawn[0].axes[0].get_lines()[3]
    assert (best.get_marker(), best.get_linestyle(), best.get_markerfacecolor()) == ("o", "None", "none")
    assert best.get_markeredgecolor() == VALIDATION


def test_a_series_without_runs_is_an_empty_picture(drawn: list[Figure], tmp_path: Path) -> None:
    series_picture([], tmp_path / "all.png")
    assert [axes.get_title(loc="left") for axes in drawn[0].axes] == ["loss", "accuracy"]
    assert not any(axes.get_lines() or axes.get_legend() for axes in drawn[0].axes)


def test_curves_are_written_as_the_name_says(history: RunState, drawn: list[Figure], tmp_path: Path) -> None:
    one, two = [_member("", history)], [_member("a", history), _member("b", of_numbers(3.0))]
    save_curves(one, tmp_path / "one.svg")
    save_curves(two, tmp_path / "two.PNG")
    assert [len(figure.axes[0].get_lines()) for figure in drawn] == [4, 4]
    assert [legend_of(figure.axes[0])[0] for figure in drawn] == ["train (mean while learning)", "a"]
    save_curves(one, tmp_path / "one.csv")
    save_curves(two, str(tmp_path / "two.csv"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.csv", "one.svg", "two-1.csv", "two-2.csv",
                                                                "two.PNG"]
    assert (tmp_path / "two-1.csv").read_text() == (tmp_path / "one.csv").read_text()
    assert (tmp_path / "two-2.csv").read_text().splitlines() == [
        "position,train_loss,train_accuracy,validation_loss,validation_accuracy,train_rmse,validation_rmse",
        "1.000000,3.000000,,6.000000,,30.000000,60.000000"]
    with pytest.raises(PictureError, match=r"^a.txt: curves are drawn as .png or .svg$"):
        save_curves(one, tmp_path / "a.txt")


def test_a_point_stands_before_the_epoch_that_it_ends(tmp_path: Path) -> None:
    made = of_numbers(3.0)
    made.hear(Point(1.0, 4.0, math.nan))
    curves_csv(made, tmp_path / "a.csv")
    assert [line.count(",") for line in (tmp_path / "a.csv").read_text().splitlines()] == [6, 6, 6]
    assert (tmp_path / "a.csv").read_text().splitlines()[1:] == ["1.000000,4.000000,,,,,",
                                                                 "1.000000,3.000000,,6.000000,,30.000000,60.000000"]


def test_draws_a_png_and_an_svg(history: RunState, tmp_path: Path) -> None:
    curves_picture(history, tmp_path / "curves.png")
    with Image.open(tmp_path / "curves.png") as image:
        assert image.size == (1296, 518) and len(image.convert("RGB").getcolors(10**6)) > 50
    curves_picture(history, tmp_path / "curves.svg")
    assert (tmp_path / "curves.svg").read_text().count("<path") > 10


def test_an_empty_history_is_an_empty_picture(tmp_path: Path) -> None:
    curves_picture(RunState(), tmp_path / "curves.png")
    curves_csv(RunState(), tmp_path / "curves.csv")
    assert len((tmp_path / "curves.csv").read_text().splitlines()) == 1


def test_writes_points_and_epochs_in_order(history: RunState, tmp_path: Path) -> None:
    curves_csv(history, tmp_path / "curves.csv")
    assert (tmp_path / "curves.csv").read_text().splitlines() == [
        "position,train_loss,train_accuracy,validation_loss,validation_accuracy",
        "0.500000,2.000000,0.400000,,",
        "1.000000,1.500000,0.450000,1.600000,0.440000",
        "1.500000,1.000000,0.800000,,",
        "2.000000,0.750000,0.900000,0.800000,0.880000",
    ]


def test_what_cannot_be_drawn_is_a_sentence(history: RunState, tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"curves.bmp: curves are drawn as .png or .svg"):
        curves_picture(history, tmp_path / "curves.bmp")
    with pytest.raises(WriteError):
        curves_picture(history, tmp_path / "nowhere" / "curves.png")


def test_importing_it_is_cheap_and_no_window_system_is_asked(history: RunState, tmp_path: Path) -> None:
    code = ("import sys, engine.runs.pictures as p; print({'matplotlib', 'torch'} & set(sys.modules))\n"
            "from engine.training.state import RunState; p.curves_picture(RunState(), sys.argv[1])\n"
            "print('matplotlib.pyplot' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.png")], capture_output=True, text=True)
    assert done.stdout.split() == ["set()", "False"]


def test_what_was_changed_by_hand_is_marked(history: RunState, drawn: list[Figure], tmp_path: Path) -> None:
    history.hear(Steered(2, 1, 1.25, {"lr": 0.01, "fc1.trainable": False}, {"lr": 0.1}))
    curves_picture(history, tmp_path / "one.png")
    series_picture([history, of_numbers(1.0, 0.5)], tmp_path / "two.png")
    for figure in drawn:
        for axes in figure.axes:
            assert [(text.get_text(), text.xy[0]) for text in axes.texts] == [("lr 0.1 → 0.01\nfc1 frozen", 1.25)]
            assert any(list(line.get_xdata()) == [1.25, 1.25] for line in axes.get_lines())


def test_what_was_watched_is_drawn_and_written(drawn: list[Figure], tmp_path: Path) -> None:
    made = RunState()
    for epoch in (1, 2):
        made.hear(EpochEnded(epoch, Metrics(1.5, 0.4), Metrics(1.6, 0.3), epoch == 2, {},
                             after=Metrics(1.25, 0.5), test=Metrics(1.75, 0.25)))
    curves_picture(made, tmp_path / "one.png")
    assert legend_of(drawn[0].axes[0]) == ["train (mean while learning)", "train after the epoch", "validation", "test",
                                           "best: epoch 2"]
    curves_csv(made, tmp_path / "one.csv")
    head, *rows = [line.split(",") for line in (tmp_path / "one.csv").read_text().splitlines()]
    assert [dict(zip(head, row, strict=True))["test_accuracy"] for row in rows] == ["0.250000", "0.250000"]
    assert [dict(zip(head, row, strict=True))["after_train_loss"] for row in rows] == ["1.250000", "1.250000"]


def test_without_validation_no_epoch_is_called_the_best(drawn: list[Figure], tmp_path: Path) -> None:
    made = RunState()
    for epoch in (1, 2):
        made.hear(EpochEnded(epoch, Metrics(1.5, 0.4), Metrics(math.nan), True, {}))
    curves_picture(made, tmp_path / "one.png")
    assert legend_of(drawn[0].axes[0]) == ["train (mean while learning)"]
