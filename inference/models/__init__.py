"""Models, one family a file: which series, how prepared, what the answer means."""
