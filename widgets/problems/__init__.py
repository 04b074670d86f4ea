"""What is wrong, and buttons that mend it."""
