"""The window itself: its parts and their places, commands, settings, threads."""
