"""A synthetic trunk says of itself what can be seen in it."""

import numpy as np
import pytest

from training.phantoms.chest import CLASSES, ORGANS, chest_case
from training.phantoms.chest_findings import BITS, FINDINGS
from training.phantoms.chest_reports import TOPICS
from training.t3d_cases import spoken, train_case, vocabulary
from training.t3d_store import kept

COARSE = (12.0, 9.0, 9.0)


@pytest.fixture(scope="module")
def cases():
    return [chest_case(seed, spacing_mm=COARSE, region="both") for seed in range(6)]


def test_one_seed_is_one_patient(cases):
    again = chest_case(3, spacing_mm=COARSE, region="both")
    assert np.array_equal(again.volume.voxels, cases[3].volume.voxels)
    assert again.report == cases[3].report


def test_another_grid_shows_the_same_patient(cases):
    fine = chest_case(2, spacing_mm=(8.0, 6.0, 6.0), region="both")
    large = [
        name for name in FINDINGS if name not in {"renal_stone", "nodule"}
    ]  # coarse voxels may miss those
    assert [fine.findings[name] for name in large] == [cases[2].findings[name] for name in large]
    for organ in (1, 4):  # lungs and liver
        ml = [
            np.sum(c.labels == organ) * abs(np.linalg.det(c.volume.affine_lps[:3, :3]))
            for c in (fine, cases[2])
        ]
        assert ml[0] == pytest.approx(ml[1], rel=0.1)


def test_every_patient_scanned_whole_has_all_organs(cases):
    for case in cases:
        assert set(range(1, len(ORGANS) + 1)) <= set(np.unique(case.labels))


def test_a_finding_is_marked_where_it_shows_and_said_in_the_report(cases):
    for case in cases:
        said = {s.about for s in case.sentences if not s.normal}
        for name in FINDINGS:
            marked = bool(((case.marks >> BITS[name]) & 1).any())
            assert marked == case.findings[name] == (name in said)


def test_organs_have_their_densities(cases):
    hu = {name: np.concatenate([c.volume.voxels[c.labels == n] for c in cases])
          for n, name in enumerate(CLASSES)}  # fmt: skip
    assert np.median(hu["lungs"]) < -700
    assert 20 < np.median(hu["liver"]) < 160
    assert np.median(hu["spine"]) > 100


def test_reports_come_in_two_languages():
    spanish = chest_case(0, spacing_mm=COARSE, language="es").report
    assert spanish.startswith("TC")
    assert "CT" in chest_case(0, spacing_mm=COARSE, language="en").report


def test_words_about_what_is_not_there_point_nowhere(cases):
    words = vocabulary(cases)
    for case in cases:
        for sentence in case.sentences:
            assert sentence.about in TOPICS
            if sentence.about in FINDINGS:
                assert (spoken(sentence, words).topic == BITS[sentence.about]) == (not sentence.normal)


def test_codes_hold_findings_and_organs(cases):
    case = train_case(cases[0], vocabulary(cases))
    liver = (case.codes >> (len(FINDINGS) + ORGANS.index("liver"))) & 1
    assert np.array_equal(liver.astype(bool), case.labels == CLASSES.index("liver"))
    assert np.array_equal(case.codes & 0xFFF, case.marks)


def test_a_kept_patient_is_the_patient_that_was_made(tmp_path):
    (first,) = kept(tmp_path, "train", 1, COARSE)
    (again,) = kept(tmp_path, "train", 1, COARSE)
    made = chest_case(0, spacing_mm=COARSE)
    for case in (first, again):
        assert np.array_equal(case.volume.voxels, made.volume.voxels)
        assert (case.report, case.findings, case.scan) == (made.report, made.findings, made.scan)
