"""Curves drawn fast."""
