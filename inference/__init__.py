"""Everything from DICOM files to predictions, without a window."""
