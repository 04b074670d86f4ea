"""The runs: a table of them all, and a page of what differs between some of them."""
