"""Partners are found by what they share, and by nothing else."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from inference.models.t3d_targets import CLASSES
from inference.networks.t3d import T3D
from inference.networks.t3d_config import bundled
from training.phantoms.chest import chest_case
from training.phantoms.chest_findings import FINDINGS
from training.t3d_cases import train_case, vocabulary
from training.t3d_partners import hits, partners
from training.t3d_recipe import quick_check


def test_rows_of_one_patient_are_partners():
    z = torch.eye(3).repeat_interleave(2, 0)
    assert hits(z) == [1.0] * 6
    assert hits(z[[0, 2, 1, 4, 3, 5]]) == [0.0] * 6


def test_words_alone_see_no_picture_and_a_picture_alone_no_words():
    made = [chest_case(seed, spacing_mm=(10.0, 7.0, 7.0)) for seed in range(3)]
    words = vocabulary(made)
    cases = [train_case(case, words) for case in made]
    torch.manual_seed(0)
    network = T3D(bundled(len(CLASSES), len(FINDINGS), words.size)).eval().requires_grad_(False)
    found = partners(network, cases, quick_check())
    darker = [replace(case, hu=case.hu - np.int16(300)) for case in cases]
    silent = [replace(case, spoken=case.spoken[:1]) for case in cases]
    assert found.chance == pytest.approx(1 / 5)
    assert partners(network, darker, quick_check()).report == found.report
    assert partners(network, silent, quick_check()).picture == found.picture
    assert "report alone" in str(found)
