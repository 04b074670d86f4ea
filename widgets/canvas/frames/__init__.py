"""Comment frames and notes."""
