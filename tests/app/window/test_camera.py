"""Pictures of a camera, from a stand-in for Qt's multimedia part, which tests have not."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from collections.abc import Iterator
from enum import Enum
from types import ModuleType, SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Signal
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from app.window import camera as module
from app.window.camera import MODULE, Camera
from engine.messages import Message


class Error(Enum):
    """What can happen to a camera."""

    NoError = 0
    CameraError = 1


class FakeCamera(QObject):
    """A camera that gives what a test says."""

    Error = Error
    errorOccurred = Signal(object, str)  # noqa: N815
    made: ClassVar[weakref.WeakSet[FakeCamera]] = weakref.WeakSet()
    breaks = False

    def __init__(self, device: object, parent: QObject) -> None:
        super().__init__(parent)
        self.device, self.format, self.runs = device, None, False
        self.made.add(self)

    def setCameraFormat(self, format: object) -> None:
        self.format = format

    def start(self) -> None:
        if self.breaks:
            raise RuntimeError("the driver does not answer")
        self.runs = True

    def stop(self) -> None:
        self.runs = False


class FakeSink(QObject):
    """Where pictures arrive."""

    videoFrameChanged = Signal(object)  # noqa: N815
    made: ClassVar[weakref.WeakSet[FakeSink]] = weakref.WeakSet()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.made.add(self)


class FakeSession(QObject):
    """What joins both."""

    def setCamera(self, camera: object) -> None:
        self.camera = camera

    def setVideoSink(self, sink: object) -> None:
        self.sink = sink


class Frame:
    """A picture that counts how often it is unpacked."""

    def __init__(self, image: QImage) -> None:
        self.image, self.unpacked = image, 0

    def isValid(self) -> bool:
        return not self.image.isNull()

    def toImage(self) -> QImage:
        self.unpacked += 1
        return self.image


def mode(width: int, height: int, rate: float) -> SimpleNamespace:
    return SimpleNamespace(resolution=lambda: QSize(width, height), maxFrameRate=lambda: rate)


MODES = [mode(160, 120, 30), mode(1920, 1080, 30), mode(640, 480, 30), mode(320, 256, 5)]


class Multimedia(ModuleType):
    """In the place of ``PySide6.QtMultimedia``."""

    def __init__(self) -> None:
        super().__init__(MODULE)
        self.device = SimpleNamespace(videoFormats=lambda: MODES)
        self.devices = [self.device]
        self.QCamera, self.QVideoSink, self.QMediaCaptureSession = FakeCamera, FakeSink, FakeSession
        self.QMediaDevices = SimpleNamespace(videoInputs=lambda: self.devices, defaultVideoInput=lambda: self.device)


class Told:
    """What a camera has told, by a clock that the test moves."""

    def __init__(self, camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
        self.frames: list[np.ndarray] = []
        self.failures: list[Message] = []
        self.now = 100.0
        camera.frame.connect(self.frames.append)
        camera.failed.connect(self.failures.append)
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now)


@pytest.fixture
def multimedia(monkeypatch: pytest.MonkeyPatch) -> Multimedia:
    made = Multimedia()
    monkeypatch.setitem(sys.modules, MODULE, made)
    return made


@pytest.fixture
def camera(qapp: QCoreApplication) -> Iterator[Camera]:
    let_go()
    made = Camera()
    yield made
    made.stop()


@pytest.fixture
def told(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> Told:
    return Told(camera, monkeypatch)


def painted(width: int, height: int) -> QImage:
    """Green, with a blue strip at either side and a red middle."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(0, 255, 0))
    for x in (*range(width // 10), *range(width - width // 10, width)):
        for y in range(height):
            image.setPixelColor(x, y, QColor(0, 0, 255))
    for x in range(width // 2 - 10, width // 2 + 10):
        for y in range(height // 2 - 10, height // 2 + 10):
            image.setPixelColor(x, y, QColor(255, 0, 0))
    return image


def send(image: QImage) -> Frame:
    [sink] = FakeSink.made
    frame = Frame(image)
    sink.videoFrameChanged.emit(frame)
    return frame


def let_go() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()


@pytest.mark.parametrize(("width", "height", "side"), [(640, 480, 256), (100, 80, 80), (80, 101, 80), (31, 31, 31)])
def test_a_picture_is_the_middle_as_a_square(width: int, height: int, side: int, multimedia: Multimedia,
                                             camera: Camera, told: Told) -> None:
    camera.start()
    send(painted(width, height))
    [array] = told.frames
    assert array.shape == (side, side, 3) and array.dtype == np.uint8 and array.flags.c_contiguous
    middle = array[side // 2, side // 2]
    assert tuple(middle) == (255, 0, 0)
    assert (tuple(array[1, side // 2]) == (0, 255, 0)) and (width <= height or tuple(array[0, 0]) == (0, 255, 0))


def test_no_more_come_than_can_be_looked_at(multimedia: Multimedia, camera: Camera, told: Told) -> None:
    """60 a second for one second: about 15 are told, the others are not even unpacked."""
    camera.start()
    image, unpacked = painted(64, 64), 0
    for _ in range(60):
        unpacked += send(image).unpacked
        told.now += 1 / 60
    assert unpacked == len(told.frames) and 12 <= len(told.frames) <= 16
    send(QImage())
    assert 12 <= len(told.frames) <= 16, "what is no picture is not told"


def test_the_smallest_pictures_that_are_large_and_often_enough_are_asked_for(multimedia: Multimedia, camera: Camera
                                                                             ) -> None:
    for modes, wanted in ((MODES, MODES[2]), (MODES[3:], MODES[3]), (MODES[:1], None), ([], None)):
        multimedia.device.videoFormats = lambda modes=modes: modes
        camera.start()
        [made] = FakeCamera.made
        assert made.format is wanted and made.runs and made.device is multimedia.device
        camera.stop()
        del made
        let_go()


def test_when_it_stops_everything_is_let_go(multimedia: Multimedia, camera: Camera, told: Told) -> None:
    camera.start()
    camera.start()
    [made], [sink] = FakeCamera.made, FakeSink.made
    assert camera.is_on and made.runs
    camera.stop()
    camera.stop()
    assert not camera.is_on and not made.runs
    sink.videoFrameChanged.emit(Frame(painted(64, 64)))
    made.errorOccurred.emit(Error.CameraError, "too late")
    assert told.frames == [] and told.failures == [], "what is on its way is forgotten"
    del made, sink
    let_go()
    assert not FakeCamera.made and not FakeSink.made and camera.children() == []
    camera.start()
    send(painted(64, 64))
    assert len(told.frames) == 1, "it can begin again at once"


@pytest.mark.parametrize(("text", "sentence"), [("unplugged", "The camera has stopped: unplugged"),
                                                ("", "The camera has stopped")])
def test_an_error_stops_it_and_is_told_once(text: str, sentence: str, multimedia: Multimedia, camera: Camera,
                                            told: Told) -> None:
    camera.start()
    [made] = FakeCamera.made
    made.errorOccurred.emit(Error.NoError, "")
    assert camera.is_on and told.failures == []
    made.errorOccurred.emit(Error.CameraError, text)
    made.errorOccurred.emit(Error.CameraError, text)
    assert [str(each) for each in told.failures] == [sentence] and not camera.is_on and not made.runs


def test_a_driver_that_raises_is_told_and_let_go(multimedia: Multimedia, camera: Camera, told: Told,
                                                 monkeypatch: pytest.MonkeyPatch, unforeseen: list[str]) -> None:
    monkeypatch.setattr(FakeCamera, "breaks", True)
    camera.start()
    assert [str(each) for each in told.failures] == [
        "Something unforeseen went wrong: the driver does not answer"] and not camera.is_on
    let_go()
    assert not FakeCamera.made and len(unforeseen) == 1
    unforeseen.clear()


def _missing(multimedia: Multimedia, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, MODULE, None)  # type: ignore[arg-type]  # as if it were not installed


def _no_device(multimedia: Multimedia, monkeypatch: pytest.MonkeyPatch) -> None:
    multimedia.devices.clear()


def _no_library(multimedia: Multimedia, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> object:
        raise ImportError("libpulse.so.0: cannot open shared object file")

    monkeypatch.setattr(module.importlib, "import_module", load)


@pytest.mark.parametrize(("breaks", "sentence"), [
    (_missing, "For the camera install Qt's multimedia part: pip install PySide6-Addons"),
    (_no_device, "No camera was found: connect one, and try again"),
    (_no_library, "Qt's multimedia part does not load: libpulse.so.0: cannot open shared object file"),
])
def test_where_there_is_none_it_says_why(breaks: object, sentence: str, multimedia: Multimedia, camera: Camera,
                                         told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    assert camera.is_there() and str(camera.why_not()) == "The camera is ready"
    assert callable(breaks)
    breaks(multimedia, monkeypatch)
    assert not camera.is_there() and str(camera.why_not()) == sentence
    camera.start()
    assert [str(each) for each in told.failures] == [sentence] and not camera.is_on and not FakeCamera.made


def test_nothing_of_it_is_loaded_before_the_first_question(qtbot: QtBot) -> None:
    code = ("import sys; from app.window.camera import Camera; Camera(); "
            f"print([name for name in ('{MODULE}', 'numpy') if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
