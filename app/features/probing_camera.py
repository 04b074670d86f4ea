"""The camera as what the network is shown: picture after picture, while one looks inside."""

from __future__ import annotations

from app.document.page import Page
from app.features.inside import Inside, PageInside
from app.features.probing import Probing
from app.window.camera import Camera
from app.window.host import Feature, Host
from engine.messages import Message
from widgets.probe.panel import ProbePanel


class ProbingCamera(Feature):
    """On by its button; off by it, by anything else that is shown to the network, and where one does not look on."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._inside, self._probing = host.feature(Inside), host.feature(Probing)
        self._camera = Camera(self)
        self._panel: ProbePanel | None = None
        self._page: Page | None = None  # for which it is on
        self._camera.frame.connect(self._take)
        self._camera.failed.connect(self._fail)
        self._inside.came.connect(self._come)
        self._probing.taken.connect(lambda kind: self.stop() if kind != "camera" else None)
        host.places.stage.rearranged.connect(self._rearrange)

    def _come(self, inside: PageInside) -> None:
        """Another page is in front, or its panel is there for the first time."""
        panel = self._probing.panel
        if inside.page is not self._page:
            self.stop()
        if panel is not None and panel is not self._panel:
            self._panel = panel
            panel.camera_toggled.connect(self._toggle)
            self._look_for_one()

    def _rearrange(self) -> None:
        if self._inside.is_on:
            self._look_for_one()
        else:
            self.stop()

    def _look_for_one(self) -> None:
        """One may have been connected since one last came here."""
        if self._panel is not None and not self._camera.is_on:
            self._panel.set_camera(self._camera.is_there())

    def _toggle(self, on: bool) -> None:
        now = self._inside.now
        if on and now is not None:
            self._page = now.page
            self._camera.start()
        else:
            self.stop()

    def _take(self, pixels: object) -> None:
        if self._inside.now is not None:
            self._probing.take_pixels(pixels)

    def _fail(self, message: Message) -> None:
        self.stop()
        self.host.say(message, "error")

    def stop(self) -> None:
        """The camera is free for other programs."""
        self._camera.stop()
        self._page = None
        if self._panel is not None:
            self._panel.camera.setChecked(False)

    def show_start(self) -> None:
        self.stop()

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        if page is self._page:
            self.stop()

    def finish(self) -> None:
        self._camera.stop()
