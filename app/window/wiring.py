"""Every connection between the window's parts, in one place."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from app.window.start import fill_gallery_menu, fill_recent_menu
from engine.messages import say

if TYPE_CHECKING:
    from app.document.page import Page
    from app.window.tabs import Tabs
    from app.window.window import MainWindow
    from widgets.frame.start_page import StartPage

ABOUT = say("Layerloom: draw a neural network, see every shape, train it, take its weights.")


def connect(window: MainWindow) -> None:
    """Everything that outlives a page."""
    parts = window.layout_
    window.actions_.on(handlers(window))
    parts.tabs.currentChanged.connect(window.switch)
    parts.tabs.tabBarClicked.connect(window.back_from_start)
    parts.tabs.tabCloseRequested.connect(window.close_page)
    parts.tabs.tabMoved.connect(lambda a, b: window.pages.insert(b, window.pages.pop(a)))
    parts.new_tab.clicked.connect(window.show_start)
    parts.palette.layer_activated.connect(lambda kind: window.on_canvas(lambda page: page.view.append(kind)))
    parts.inspector.layer_changed.connect(window.editing.change_layer)
    parts.inspector.rename_requested.connect(window.editing.rename)
    parts.inspector.repair_requested.connect(lambda repair: window.on_canvas(lambda page: page.repair(repair)))
    parts.problems.repair_requested.connect(lambda repair: window.on_canvas(lambda page: page.repair(repair)))
    parts.problems.node_requested.connect(lambda name: window.on_canvas(lambda page: page.jump_to(name)))
    parts.recipe.recipe_changed.connect(window.editing.change_recipe)
    window.data_files.described.connect(window.editing.change_data)
    parts.top.dataset_chosen.connect(window.editing.choose_dataset)
    parts.top.device_chosen.connect(window.editing.choose_device)
    parts.top.train_clicked.connect(window.train)
    parts.top.pause_clicked.connect(window.trainer.pause_or_resume)
    parts.top.stop_clicked.connect(window.trainer.stop)
    parts.start_made.connect(lambda start: connect_start(window, start))
    recent, gallery = window.actions_.submenus["recent"], window.actions_.submenus["gallery"]
    recent.aboutToShow.connect(lambda: fill_recent_menu(recent, window.settings, window.files.open))
    gallery.aboutToShow.connect(lambda: fill_gallery_menu(gallery, window.files.open))
    window.editing.name_refused.connect(parts.inspector.show_rename_error)
    window.files.opened.connect(window.add_page)
    window.files.failed.connect(lambda message: window.say(message, "error"))
    window.exporting.said.connect(window.say)
    window.exporting.weights_changed.connect(lambda: window.on_canvas(window.show_page))
    parts.bottom.currentChanged.connect(lambda _index: window.on_canvas(window.show_page))
    parts.inspector.parameters_changed.connect(window.editing.change_parameters)
    parts.inspector.shares_changed.connect(window.editing.change_shares)
    parts.inspector.node_requested.connect(lambda name: window.on_canvas(lambda page: page.find(name)))
    parts.inspector.inside_requested.connect(lambda name: window.on_canvas(lambda page: page.open(name)))
    parts.inspector.dissolve_requested.connect(lambda _name: window.on_canvas(lambda page: page.dissolve()))
    window.blocks.said.connect(window.say)
    if window.settings.palette:
        parts.palette.arrange(window.settings.palette)
    parts.palette.arranged.connect(lambda arrangement: setattr(window.settings, "palette", arrangement))
    parts.palette.own_menu_requested.connect(window.blocks.show_menu)
    window.library.failed.connect(lambda message: window.say(message, "error"))
    window.trainer.state_changed.connect(lambda _state: window.show_training_state())
    window.training_view.save_requested.connect(lambda: window.with_document(window.exporting.save_curves))
    window.training_view.warned.connect(lambda message: window.say(message, "error"))
    window.autosave.timeout.connect(window.keep_copies)
    window.appearance.changed.connect(window.refresh_pictures)


def connect_start(window: MainWindow, start: StartPage) -> None:
    """What the start page asks for."""
    start.gallery_requested.connect(lambda id: window.files.open(f"gallery:{id}"))
    start.new_requested.connect(window.files.new)
    start.open_requested.connect(window.files.open_dialog)
    start.recent_requested.connect(window.files.open)


def connect_tabs(window: MainWindow, tabs: Tabs) -> None:
    """The tabs of the bottom that are made after the first picture."""
    parts = window.layout_
    parts.data.spec_changed.connect(window.data_files.change)
    parts.data.file_requested.connect(window.data_files.choose)
    tabs.data.failed.connect(lambda message: window.say(message, "error"))
    tabs.data.found.connect(lambda spec: window.with_document(lambda document: document.learn(spec)))
    window.data_files.refused.connect(window.refuse_data)
    parts.data.download_requested.connect(window.library.download)
    parts.data.folder_requested.connect(window.library.choose_folder)
    parts.data.cancel_requested.connect(window.library.cancel)
    tabs.results.failed.connect(lambda message: window.say(message, "error"))
    tabs.weights.said.connect(window.say)
    tabs.weights.weights_changed.connect(lambda: window.on_canvas(window.show_page))
    tabs.weights.node_requested.connect(lambda name: window.on_canvas(lambda page: page.jump_to(name)))
    tabs.code.agreed.connect(window.look_again)
    parts.results.run_variants_requested.connect(lambda: window.train(series=True))
    parts.inspector.code_requested.connect(
        lambda name: window.on_canvas(lambda page: tabs.code.open(page, name)))
    window.library.shown.connect(parts.show_samples)
    window.library.missing.connect(lambda text: parts.data.show_missing(text, window.library.can_download))
    window.library.downloading.connect(parts.data.show_download)


def connect_page(window: MainWindow, page: Page) -> None:
    """What a new page says."""
    document = page.document
    document.changed.connect(lambda: window.show_page(page))
    document.state_changed.connect(window.show_names)
    document.state_changed.connect(lambda: None if document.dirty else window.recovery.drop(document))
    page.scene.names_selected.connect(lambda _names: window.show_selection())
    page.view.paste_refused.connect(lambda message: window.say(message, "info"))
    page.view.make_layer = window.blocks.make_layer
    page.view.is_kept = window.blocks.is_kept
    page.view.keep_requested.connect(window.blocks.keep)
    page.view.forget_requested.connect(window.blocks.forget)
    page.block_requested.connect(lambda nodes: window.blocks.ask(page, nodes))
    page.code_requested.connect(lambda name: window.tabs.code.open(page, name) if window.tabs else None)
    page.rename_requested.connect(window.layout_.inspector.focus_name)
    page.view.addActions(window.actions_.canvas)
    if window.tabs is not None:
        for feature in window.features.all:
            feature.connect_page(page)


def connect_features(window: MainWindow) -> None:
    """What the features do, and all commands with it."""
    for feature in window.features.all:
        window.actions_.on(feature.handlers())
        for page in window.pages:
            feature.connect_page(page)
    window.actions_.check()
    window.training_view.advised.connect(window.features.advising.advise)
    window.trainer.failed.connect(window.features.advising.fail)


def handlers(window: MainWindow) -> dict[str, Any]:
    """What each command of the menus does."""
    canvas, document = window.on_canvas, window.with_document
    return {
        "new": window.files.new, "start": window.show_start, "open": window.files.open_dialog,
        "save": lambda: document(window.files.save), "save_as": lambda: document(window.files.save_as),
        "export_best": lambda: document(lambda d: window.exporting.export_weights(d, best=True)),
        "export_latest": lambda: document(lambda d: window.exporting.export_weights(d, best=False)),
        "export_code": lambda: document(window.exporting.export_code),
        "load_weights": lambda: document(window.exporting.load_weights),
        "forget_weights": lambda: document(window.exporting.forget_weights),
        "close": lambda: window.close_page(window.layout_.tabs.currentIndex()), "quit": window.close,
        "undo": lambda: document(lambda d: d.undo()), "redo": lambda: document(lambda d: d.redo()),
        "cut": lambda: canvas(lambda p: p.view.cut()), "copy": lambda: canvas(lambda p: p.view.copy()),
        "paste": lambda: canvas(lambda p: p.view.paste()),
        "duplicate": lambda: canvas(lambda p: p.view.duplicate()),
        "delete": lambda: canvas(lambda p: p.scene.delete_selection()),
        "heal": lambda: canvas(lambda p: p.scene.delete_selection(heal=True)),
        "select_all": lambda: canvas(lambda p: p.scene.select(p.scene.graph.nodes)),
        "rename": window.layout_.inspector.focus_name,
        "fit_selection": lambda: canvas(lambda p: p.view.fit(selection_only=True)),
        "fit": lambda: canvas(lambda p: p.view.fit()),
        "zoom_in": lambda: canvas(lambda p: p.view.zoom_at(1.25, p.view.viewport().rect().center())),
        "zoom_out": lambda: canvas(lambda p: p.view.zoom_at(0.8, p.view.viewport().rect().center())),
        **{f"theme_{name}": partial(window.appearance.choose, name) for name in ("system", "dark", "light")},
        "search": window.layout_.search_layers, "problems": window.layout_.show_problems_tab,
        "make_block": lambda: canvas(lambda p: p.request_block()), "dissolve": lambda: canvas(lambda p: p.dissolve()),
        "edit_block": window.blocks.edit, "keep_block": window.blocks.keep, "forget_block": window.blocks.forget,
        "save_block": window.blocks.save, "load_blocks": window.blocks.load,
        "copy_code": lambda: document(window.exporting.copy_code),
        "train": window.train, "pause": window.trainer.pause_or_resume, "stop": window.trainer.stop,
        "train_series": lambda: window.train(series=True),
        "save_curves": lambda: document(window.exporting.save_curves),
        "data_folder": window.library.choose_folder, "about": lambda: window.say(ABOUT),
    }  # fmt: skip
