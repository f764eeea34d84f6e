"""Headers as lines."""

from pydicom.dataset import Dataset

from app.panels.tags import TagsDialog
from app.workbench.tag_browsing import lines_of, read_lines
from tests.app.library.dicom_files import write_file


def header(**values) -> Dataset:
    made = Dataset()
    for name, value in values.items():
        setattr(made, name, value)
    return made


def test_every_element_is_a_line_in_the_order_of_tags(tmp_path):
    lines = read_lines(write_file(tmp_path / "a.dcm"))
    names = [line.name for line in lines]
    assert names.index("Modality") < names.index("Patient's Name") < names.index("Rows")
    assert next(line.value for line in lines if line.name == "Patient's Name") == "Doe^Jane"


def test_what_differs_between_two_files_is_marked(tmp_path):
    first, second = write_file(tmp_path / "a.dcm"), write_file(tmp_path / "b.dcm", number=2)
    different = {line.name for line in read_lines(first, second) if line.differs}
    assert different == {"SOP Instance UID", "Instance Number", "Image Position (Patient)"}


def test_sequences_hold_their_items():
    inner = header(CodeMeaning="Chest")
    (line,) = lines_of(header(ViewCodeSequence=[inner]))
    assert (line.value, line.items[0].name, line.items[0].items[0].value) == ("1 item", "item 1", "Chest")


def test_markup_and_control_characters_stay_text():
    (line,) = lines_of(header(PatientComments="<b>x</b>\x1b[31m"))
    assert "\x1b" not in line.value
    assert "<b>" in line.value


def test_the_browser_finds_names_values_and_what_is_inside_sequences(qtbot):
    lines = lines_of(header(PatientID="4711", Modality="CT", ViewCodeSequence=[header(CodeMeaning="Chest")]))
    dialog = TagsDialog(["a", "b"], 0)
    qtbot.addWidget(dialog)
    dialog.show_lines(lines, compared=False)
    assert len(dialog.shown) == 3
    for words, left in (
        ("4711", ["Patient ID"]),
        ("modality", ["Modality"]),
        ("chest", ["View Code Sequence"]),
    ):
        dialog.search.setText(words)
        assert dialog.shown == left


def test_only_what_differs_can_be_left(qtbot):
    dialog = TagsDialog(["a", "b"], 0)
    qtbot.addWidget(dialog)
    dialog.show_lines(
        lines_of(header(PatientID="1", Modality="CT"), header(PatientID="2", Modality="CT")), compared=True
    )
    dialog.only_different.setChecked(True)
    assert dialog.shown == ["Patient ID"]
