"""DICOM files to studies, volumes and loops."""
