"""A library in a temporary folder, and a study to import."""

import pytest

from app.library.library import Library
from tests.app.library.dicom_files import write_study


@pytest.fixture
def home(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def library(home):
    library = Library.open(home)
    yield library
    library.close()


@pytest.fixture
def folder(tmp_path):
    return write_study(tmp_path / "study")
