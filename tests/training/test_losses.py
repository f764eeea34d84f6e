import math

import pytest
import torch
from torch.nn.functional import cross_entropy, normalize

from training.losses import contrast, masked_bce, pos_weights, priority_loss, tell_patients_apart


def test_without_equal_reports_the_contrast_is_plain_clip():
    torch.manual_seed(0)
    a, b = (normalize(torch.randn(5, 8), dim=1) for _ in range(2))
    logits = 3.0 * a @ b.T
    plain = (cross_entropy(logits, torch.arange(5)) + cross_entropy(logits.T, torch.arange(5))) / 2
    ours = contrast(a, b, torch.tensor(3.0).log(), torch.eye(5, dtype=torch.bool))
    assert torch.allclose(ours, plain, atol=1e-6)


def test_a_study_with_the_same_report_is_no_wrong_answer():
    """Two studies with one report should lie together: plain contrast pushes them apart, ours does not."""
    report = normalize(torch.tensor([[1.0, 0], [1, 0], [0, 1]]), dim=1)
    apart = normalize(torch.tensor([[1.0, 0.3], [1, -0.3], [0, 1]]), dim=1)
    same = torch.tensor([[True, True, False], [True, True, False], [False, False, True]])
    scale = torch.tensor(3.0)
    assert contrast(report, report, scale, same) < contrast(apart, apart, scale, same)
    assert contrast(report, report, scale, same) == pytest.approx(math.log(2) * 2 / 3, abs=1e-4)


def test_what_nobody_knows_costs_nothing():
    scores = torch.tensor([[2.0, 50.0]])
    truth, known = torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 0.0]])
    assert masked_bce(scores, truth, known, torch.ones(2)) == pytest.approx(
        math.log(1 + math.exp(-2.0)), abs=1e-6
    )
    assert masked_bce(scores, truth, torch.zeros(1, 2), torch.ones(2)) == 0


def test_priorities_exclude_each_other():
    scores, truth = torch.tensor([[0.0, 0.0, 9.0]]), torch.tensor([[0.0, 0.0, 1.0]])
    assert priority_loss(scores, truth, torch.ones(1)) < 1e-3
    assert priority_loss(scores, truth, torch.zeros(1)) == 0


def test_series_of_one_patient_attract_each_other():
    together = normalize(torch.tensor([[1.0, 0], [1, 0.1], [0, 1], [0.1, 1]]), dim=1)
    apart = together[[0, 2, 1, 3]]
    study = torch.tensor([0, 0, 1, 1])
    temperature = torch.tensor(0.1).log()
    assert tell_patients_apart(together, study, temperature) < tell_patients_apart(apart, study, temperature)


def test_single_series_have_nobody_to_find():
    loss = tell_patients_apart(normalize(torch.randn(2, 3), dim=1), torch.tensor([0, 1]), torch.tensor(0.0))
    assert loss == 0


def test_rare_positives_weigh_more_within_limits():
    truth = torch.tensor([[1.0, 1.0], [0, 0], [0, 1], [0, 0]])
    assert pos_weights(truth, torch.ones(4, 2)).tolist() == [3.0, 1.0]
    assert pos_weights(torch.zeros(100, 1), torch.ones(100, 1)).tolist() == [8.0]
