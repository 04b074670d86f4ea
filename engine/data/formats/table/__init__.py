"""A table of columns: its text, what each column is, and how it becomes numbers."""
