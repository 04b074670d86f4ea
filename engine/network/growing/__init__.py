"""Networks that go on after an edit: layers made wider or deeper that compute the same, and what others keep."""
