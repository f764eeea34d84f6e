"""Panels: they show values and emit intents."""
