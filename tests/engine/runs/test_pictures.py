"""Pictures of curves: real PNG and SVG, and the same numbers as CSV."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from engine.files import WriteError
from engine.runs.history import History
from engine.runs.pictures import PictureError, curves_csv, curves_picture
from engine.training.events import EpochEnded, Metrics, Point


@pytest.fixture
def history() -> History:
    """Two epochs with points between them."""
    made = History()
    for epoch in (1, 2):
        made.add(Point(epoch - 0.5, 2.0 / epoch, 0.4 * epoch))
        made.add(EpochEnded(epoch, Metrics(1.5 / epoch, 0.45 * epoch), Metrics(1.6 / epoch, 0.44 * epoch), True, {}))
    return made


def test_draws_a_png_and_an_svg(history: History, tmp_path: Path) -> None:
    curves_picture(history, tmp_path / "curves.png")
    with Image.open(tmp_path / "curves.png") as image:
        assert image.size == (1296, 518) and len(image.convert("RGB").getcolors(10**6)) > 50
    curves_picture(history, tmp_path / "curves.svg")
    assert (tmp_path / "curves.svg").read_text().count("<path") > 10


def test_an_empty_history_is_an_empty_picture(tmp_path: Path) -> None:
    curves_picture(History(), tmp_path / "curves.png")
    curves_csv(History(), tmp_path / "curves.csv")
    assert len((tmp_path / "curves.csv").read_text().splitlines()) == 1


def test_writes_points_and_epochs_in_order(history: History, tmp_path: Path) -> None:
    curves_csv(history, tmp_path / "curves.csv")
    assert (tmp_path / "curves.csv").read_text().splitlines() == [
        "position,train_loss,train_accuracy,validation_loss,validation_accuracy",
        "0.500000,2.000000,0.400000,,",
        "1.000000,1.500000,0.450000,1.600000,0.440000",
        "1.500000,1.000000,0.800000,,",
        "2.000000,0.750000,0.900000,0.800000,0.880000",
    ]


def test_what_cannot_be_drawn_is_a_sentence(history: History, tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"curves.bmp: curves are drawn as .png or .svg"):
        curves_picture(history, tmp_path / "curves.bmp")
    with pytest.raises(WriteError):
        curves_picture(history, tmp_path / "nowhere" / "curves.png")


def test_importing_it_is_cheap_and_no_window_system_is_asked(history: History, tmp_path: Path) -> None:
    code = ("import sys, engine.runs.pictures as p; print({'matplotlib', 'torch'} & set(sys.modules))\n"
            "from engine.runs.history import History; p.curves_picture(History(), sys.argv[1])\n"
            "print('matplotlib.pyplot' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.png")], capture_output=True, text=True)
    assert done.stdout.split() == ["set()", "False"]
