"""Edits that mend faults, one kind to a file."""
