"""The doctor: looks at a network while it learns, says what ails it, and what may cure it."""
