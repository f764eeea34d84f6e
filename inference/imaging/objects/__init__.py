"""DICOM objects that speak about pictures: segmentations, contours, reports, maps, presentation states."""
