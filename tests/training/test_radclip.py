"""RadCLIP's training: what counts as right, what is drawn, what is measured, on the smallest of runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from inference.errors import FileError
from training.phantoms.radclip import KINDS
from training.radclip_cases import SPLITS, balanced, pictures, split_of, varied, volumes
from training.radclip_measures import mean_of, retrieval
from training.radclip_pneumonia import read_radiographs
from training.radclip_probe import cross_validated, fitted, folds_of
from training.radclip_recipe import quick_check
from training.radclip_stages import captions_for, label_aware
from training.radclip_words import word_list, wording


def test_equal_captions_are_no_wrong_answers():
    images = torch.nn.functional.normalize(torch.randn(6, 8), dim=1)
    same = torch.tensor([0, 0, 1, 1, 2, 2])
    describes = same[:, None] == same[None]
    perfect = torch.eye(8)[:3][same]
    right = label_aware(perfect, perfect, describes)
    strict = label_aware(perfect, perfect, torch.eye(6, dtype=torch.bool))
    assert torch.isclose(right, torch.log(torch.tensor(2.0)), atol=1e-4)
    assert torch.isclose(strict, right, atol=1e-4)
    wrong = label_aware(perfect, perfect.roll(2, 0), describes)
    assert wrong > right + 1
    assert label_aware(images, images, describes) > right


def test_a_caption_without_a_finding_describes_every_picture_of_its_region():
    kind = np.array([k for k, item in enumerate(KINDS) if item.view == "head CT"] + [0])
    said = captions_for(kind, word_list(24), 1.0, np.random.default_rng(0))
    assert said.describes[:3, :3].all()
    assert not said.describes[3, :3].any()


def test_every_wording_is_made_of_taught_words():
    words, rng = word_list(24), np.random.default_rng(0)
    for kind in KINDS:
        for _ in range(20):
            assert words.unknown(wording(kind, rng)) == ()
    assert words.unknown("Brain MR, cerebral edema") == ()
    assert words.unknown("knee") == ("knee",)


def test_no_patient_is_in_two_splits_and_the_splits_are_8_1_1():
    names = [split_of(p) for p in range(4000)]
    shares = [names.count(split) / len(names) for split in SPLITS]
    assert np.allclose(shares, [0.8, 0.1, 0.1], atol=0.03)
    config = quick_check().config
    people = [set(pictures(split, 60, config).patient.tolist()) for split in SPLITS]
    assert not people[0] & people[1]
    assert not people[0] & people[2]


def test_rare_classes_are_drawn_as_often_as_common_ones():
    kind = np.array([0] * 900 + [1] * 10)
    rows = balanced(kind, 2000, np.random.default_rng(0))
    assert 0.45 < kind[rows].mean() < 0.55


def test_variation_keeps_shape_range_and_side():
    pixels = torch.zeros(4, 32, 32, 3)
    pixels[:, :, :10] = 0.8
    made = varied(pixels, torch.Generator().manual_seed(0))
    assert made.shape == pixels.shape
    assert 0 <= float(made.min()) <= float(made.max()) <= 1
    assert (made[:, :, :16].mean((1, 2, 3)) > made[:, :, 16:].mean((1, 2, 3))).all()


def test_volumes_say_which_of_their_slices_show_the_finding():
    found = volumes("train", 12, quick_check().config)
    ill = np.array([KINDS[k].finding != "normal" for k in found.kind])
    assert np.array_equal(found.lesion.any(1), ill)
    assert found.pixels.shape[1:] == (8, 32, 32, 3)


def test_retrieval_is_one_for_a_perfect_order_and_chance_for_none():
    true = np.eye(4, dtype=bool).repeat(5, axis=1)
    best = retrieval(true.astype(np.float32), true)
    assert best.precision[5].value == 1.0
    assert best.average.value == pytest.approx(1.0)
    assert best.median_rank == 1
    assert best.chance == 0.25
    noise = np.random.default_rng(0).random((400, 20), np.float32)
    drawn = retrieval(noise, np.tile(true, (100, 1)))
    assert drawn.precision[10].value == pytest.approx(0.25, abs=0.02)


def test_intervals_draw_patients_with_everything_that_is_theirs():
    values = np.repeat([0.0, 1.0] * 10, 50)
    alone = mean_of(values)
    together = mean_of(values, cases=np.repeat(np.arange(20), 50).tolist())
    assert together.high - together.low > 4 * (alone.high - alone.low)


def test_a_probe_finds_what_is_linear_and_only_chance_in_noise():
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 300)
    people = list(range(300))
    signal = torch.from_numpy(np.eye(3)[kind] + rng.normal(0, 0.1, (300, 3)))
    assert cross_validated(signal, kind, people).accuracy.value > 0.97
    noise = torch.from_numpy(rng.normal(size=(300, 3)))
    blind = cross_validated(noise, kind, people)
    assert blind.accuracy.low < 0.4
    assert blind.macro_auroc == pytest.approx(0.5, abs=0.08)
    chances = fitted(signal, kind).chances(signal)
    assert np.allclose(chances.sum(1), 1)


def test_folds_keep_patients_whole_and_classes_alike():
    people = np.repeat(np.arange(100), 3)
    kind = np.repeat(np.arange(100) % 4, 3)
    fold = folds_of(kind, people)
    assert all(len(set(fold[people == p])) == 1 for p in range(100))
    assert all(abs(int((fold[kind == k] == f).sum()) - 15) <= 3 for k in range(4) for f in range(5))


def test_a_file_that_is_not_pneumoniamnist_is_a_sentence(tmp_path):
    np.savez(tmp_path / "other.npz", pictures=np.zeros(3))
    with pytest.raises(FileError, match="not PneumoniaMNIST"):
        read_radiographs(tmp_path / "other.npz")
    with pytest.raises(FileError):
        read_radiographs(tmp_path / "missing.npz")


def test_the_official_test_split_is_whole(shared_data):
    splits = read_radiographs(shared_data / "labelled/pneumoniamnist/pneumoniamnist.npz")
    assert len(splits["test"].truth) == 624
    assert int(splits["test"].truth.sum()) == 390
    assert splits["val"].squared(64).shape == (524, 64, 64, 3)


@pytest.mark.slow
def test_a_quick_run_makes_a_model_that_the_product_loads(tmp_path):
    from inference.card import read_card
    from inference.models.radclip import load
    from training.radclip import RadCLIPOrder, train
    from training.radclip_runs import attention_against_mean, matching_precision, tuned_against_untuned

    order = RadCLIPOrder(
        replace(quick_check(), patients=150, volumes=60), tmp_path / "run", tmp_path / "model"
    )
    summary = train(order).summary()
    assert "chance 0.040" in summary
    card = read_card(tmp_path / "model")
    model = load(card, tmp_path / "model", torch.device("cpu"))
    assert len(model.words) == 25
    assert all(target.calibration for target in card.targets)
    for experiment in (tuned_against_untuned, attention_against_mean, matching_precision):
        lines = experiment(order)
        assert lines
        assert all("chance" in line or "P@" in line for line in lines)
