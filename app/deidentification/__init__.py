"""Copies of DICOM files without what says who the patient is (PS3.15 Annex E)."""
