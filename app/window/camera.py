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
        self._stream: _Stream | None = None

    @property
    def is_on(self) -> bool:
        """Whether it was started and has not stopped."""
        return self._stream is not None

    def is_there(self) -> bool:
        """Whether ``start`` can work. Loads Qt's multimedia part: ask where a person looks for a camera."""
        return self._fault() is None

    def why_not(self) -> Message:
        """What is missing, and what to do about it. Where nothing is, that the camera is ready."""
        fault = self._fault()
        return fault.message if fault is not None else say("The camera is ready")

    def start(self) -> None:
        """Pictures come from now on, or ``failed`` says why not."""
        if self._stream is not None:
            return
        try:
            multimedia = _multimedia()
            device = _device(multimedia)
            self._stream = _Stream(self, multimedia)
            self._stream.frame.connect(self.frame)
            self._stream.failed.connect(self._fail)
            self._stream.begin(device)
        except Exception as error:  # a driver may say no in any way
            self._fail(message_of(error))

    def stop(self) -> None:
        """No more pictures; the camera is free for other programs."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.end()

    def _fail(self, message: Message) -> None:
        self.stop()
        self.failed.emit(message)

    def _fault(self) -> LayerloomError | None:
        try:
            _device(_multimedia())
        except LayerloomError as error:
            return error
        return None


class _Stream(QObject):
    """From one start to its end. Slots are methods, which a connection does not keep: it goes with all its parts."""

    frame = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject, multimedia: Any) -> None:
        super().__init__(parent)
        self._none = multimedia.QCamera.Error.NoError
        self._make = multimedia
        self._camera: Any = None
        self._session: Any = None
        self._last = float("-inf")
        self._is_over = False

    def begin(self, device: Any) -> None:
        """Raises whatever a driver may raise."""
        self._camera = self._make.QCamera(device, self)
        self._session, sink = self._make.QMediaCaptureSession(self), self._make.QVideoSink(self)
        if (chosen := _format(device)) is not None:
            self._camera.setCameraFormat(chosen)
        self._camera.errorOccurred.connect(self._fail)
        sink.videoFrameChanged.connect(self._take)
        self._session.setCamera(self._camera)
        self._session.setVideoSink(sink)
        self._camera.start()

    def end(self) -> None:
        """What is on its way is forgotten."""
        self._is_over = True
        if self._camera is not None:
            self._camera.stop()
        if self._session is not None:
            self._session.setCamera(None)
            self._session.setVideoSink(None)
        self._camera = self._session = None
        self.deleteLater()

    def _take(self, frame: Any) -> None:
        """As many as can be looked at: the others are not even unpacked."""
        now = time.monotonic()
        if self._is_over or now - self._last < EARLY / PER_SECOND or not frame.isValid():
            return
        image = frame.toImage()
        if not image.isNull():
            self._last = now
            self.frame.emit(squared(image))

    def _fail(self, error: Any, text: str) -> None:
        if not self._is_over and error != self._none:
            self.failed.emit(say("The camera has stopped: {reason}", reason=text) if text else
                             say("The camera has stopped"))


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
