"""Pictures of a camera as arrays, where there is one and Qt's multimedia part is installed."""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QRect, Qt, Signal
from PySide6.QtGui import QImage

from app.window.jobs import message_of
from engine.messages import LayerloomError, Message, say

if TYPE_CHECKING:
    import numpy as np

MODULE = "PySide6.QtMultimedia"  # of PySide6-Addons, which is not needed for anything else
PER_SECOND, LARGEST = 15.0, 256  # pictures; pixels of a side
EARLY = 0.9  # of the time between two: cameras are not exact


class CameraError(LayerloomError):
    """Why there are no pictures."""


class Camera(QObject):
    """``start`` it, and take what comes; nothing of it is loaded before the first question."""

    frame = Signal(object)  # uint8 H×W×3, square, at most 256 pixels a side
    failed = Signal(object)  # Message; it has stopped

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Any, ...] = ()  # camera, session, sink: as long as it is on
        self._last = float("-inf")
        self._run = 0  # which start what Qt tells belongs to

    @property
    def is_on(self) -> bool:
        """Whether it was started and has not stopped."""
        return bool(self._parts)

    def is_there(self) -> bool:
        """Whether ``start`` can work. Loads Qt's multimedia part: ask where a person looks for a camera."""
        return self._fault() is None

    def why_not(self) -> Message:
        """What is missing, and what to do about it. Where nothing is, that the camera is ready."""
        fault = self._fault()
        return fault.message if fault is not None else say("The camera is ready")

    def start(self) -> None:
        """Pictures come from now on, or ``failed`` says why not."""
        if self.is_on:
            return
        try:
            self._begin()
        except Exception as error:  # a driver may say no in any way
            self.stop()
            self.failed.emit(message_of(error))

    def stop(self) -> None:
        """No more pictures; the camera is free for other programs."""
        self._run += 1
        parts, self._parts = self._parts, ()
        if not parts:
            return
        camera, session, sink = parts
        camera.stop()
        session.setCamera(None)
        session.setVideoSink(None)
        for part in (sink, session, camera):
            part.deleteLater()

    # -- within -------------------------------------------------------------------------------------------------

    def _fault(self) -> LayerloomError | None:
        try:
            _device(_multimedia())
        except LayerloomError as error:
            return error
        return None

    def _begin(self) -> None:
        multimedia = _multimedia()
        device = _device(multimedia)
        self._run += 1
        self._last = float("-inf")
        run = self._run
        camera = multimedia.QCamera(device, self)
        session, sink = multimedia.QMediaCaptureSession(self), multimedia.QVideoSink(self)
        self._parts = camera, session, sink
        if (chosen := _format(device)) is not None:
            camera.setCameraFormat(chosen)
        camera.errorOccurred.connect(lambda error, text: self._fail(run, multimedia, error, text))
        sink.videoFrameChanged.connect(lambda frame: self._take(run, frame))
        session.setCamera(camera)
        session.setVideoSink(sink)
        camera.start()

    def _take(self, run: int, frame: Any) -> None:
        """As many as can be looked at: the others are not even unpacked."""
        now = time.monotonic()
        if run != self._run or now - self._last < EARLY / PER_SECOND or not frame.isValid():
            return
        image = frame.toImage()
        if not image.isNull():
            self._last = now
            self.frame.emit(squared(image))

    def _fail(self, run: int, multimedia: Any, error: Any, text: str) -> None:
        if run != self._run or error == multimedia.QCamera.Error.NoError:
            return
        self.stop()
        self.failed.emit(CameraError("The camera has stopped: {reason}", reason=text).message if text else
                         CameraError("The camera has stopped").message)


def _multimedia() -> Any:
    """Qt's multimedia part. Raises CameraError."""
    try:
        return importlib.import_module(MODULE)
    except ModuleNotFoundError:
        raise CameraError("For the camera install Qt's multimedia part: pip install {package}",
                          package="PySide6-Addons") from None
    except ImportError as error:  # it is there, but something of the system is not
        raise CameraError("Qt's multimedia part does not load: {reason}", reason=str(error)) from error


def _device(multimedia: Any) -> Any:
    """The camera that the system prefers. Raises CameraError."""
    if not multimedia.QMediaDevices.videoInputs():
        raise CameraError("No camera was found: connect one, and try again")
    return multimedia.QMediaDevices.defaultVideoInput()


def _format(device: Any) -> Any:
    """The smallest pictures that are large enough, and of those the ones that come often enough; None: any."""
    formats = device.videoFormats()
    enough = [each for each in formats if min(each.resolution().width(), each.resolution().height()) >= LARGEST]
    often = [each for each in enough if each.maxFrameRate() >= PER_SECOND]
    return min(often or enough, key=lambda each: each.resolution().width() * each.resolution().height(), default=None)


def squared(image: QImage) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The middle of a picture as uint8 H×W×3: a square of at most 256 pixels a side."""
    import numpy as np  # the window begins without it

    side = min(image.width(), image.height())
    middle = image.copy(QRect((image.width() - side) // 2, (image.height() - side) // 2, side, side))
    if side > LARGEST:
        middle = middle.scaled(LARGEST, LARGEST, Qt.AspectRatioMode.IgnoreAspectRatio,
                               Qt.TransformationMode.SmoothTransformation)
    plain = middle.convertToFormat(QImage.Format.Format_RGB888)
    size, line = plain.width(), plain.bytesPerLine()
    return np.frombuffer(plain.constBits(), np.uint8).reshape(size, line)[:, : 3 * size].reshape(size, size, 3).copy()
