"""The panel about the selected layer."""
