"""Synthetic patients with known answers."""
