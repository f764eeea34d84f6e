"""Viewports: a picture and layers."""
