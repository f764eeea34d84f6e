"""Analyses of trained models as figures and workbooks: held-out studies, every number in a table."""
