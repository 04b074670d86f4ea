"""The program in a terminal. No Qt."""
