"""Measurements: what they are, what they say, and what they measure by. Free of Qt."""
