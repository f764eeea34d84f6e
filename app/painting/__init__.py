"""Segments that a person draws on a volume: frozen values and pure functions, free of Qt."""
