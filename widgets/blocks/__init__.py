"""Making a block: its name and the options it shows."""
