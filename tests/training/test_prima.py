import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from inference.card import read_card
from inference.models.prima import Source, load
from inference.models.prima_untrained import untrained
from inference.networks.prima_config import mean_pooling
from tests.inference.models.test_prima import head
from training.cases import Case, CaseSeries
from training.fit import Run
from training.prima import Order, train
from training.prima_batches import (
    LatentSeries,
    LatentStudy,
    Names,
    alike_rows,
    drawn,
    names_of,
    same_content,
    tensors_of,
    thinned,
    truth_of,
)
from training.prima_cases import Answers, Shelf, prepared, read_prepared, write_prepared
from training.prima_measures import marks_of
from training.prima_report import ReportTower, report_ids, shuffled, vocabulary_of, words_of
from training.prima_stages import train_contrast, train_heads, train_series
from training.prima_tokens import encoded
from training.recipe import RECIPES, Schedule, quick_check, recipe_to_json

LABELS = ("bright", "dark")


def latent_study(n):
    """A study whose labels can be read off a few of its tokens."""
    rng = np.random.default_rng(n)
    labels = {"bright": bool(n & 1), "dark": bool(n & 2)}
    series = []
    for name in ("ax_t1", "ax_t2"):
        latents = rng.normal(0, 1, (12, 256))
        latents[:3, :40] += 2.0 * labels["bright"]
        latents[3:6, 40:80] -= 2.0 * labels["dark"]
        position = rng.normal(0, 3, (12, 3)).astype(np.float32)
        marks = torch.zeros(12, 2, dtype=torch.bool)
        marks[:3, 0], marks[3:6, 1] = labels["bright"], labels["dark"]
        series.append(LatentSeries(name, torch.from_numpy(latents).half(), position, 0, marks))
    report = " ".join(f"{'There is a' if v else 'No'} {k} lesion." for k, v in labels.items())
    answers = Answers(
        study_uid=f"s{n}", patient=f"p{n}", split="train", report=report, labels=labels,
        referral={"neurosurgery": labels["bright"]}, priority="high" if labels["bright"] else "none",
        description="MRI brain", names=("ax_t1", "ax_t2"),
    )  # fmt: skip
    return LatentStudy(answers, tuple(series))


@pytest.fixture(scope="module")
def studies():
    return [latent_study(n) for n in range(16)]


@pytest.fixture(scope="module")
def recipe(studies):
    names = names_of([s.answers for s in studies])
    plain = quick_check()
    sizes = {
        "diagnoses": len(names.diagnoses),
        "referrals": len(names.referrals),
        "priorities": len(names.priorities),
    }
    return replace(
        plain,
        config=replace(plain.config, **sizes),
        half=False,
        series=Schedule(steps=80, batch=16, learning_rate=4e-3, warmup=5),
        contrast=Schedule(steps=40, batch=16, learning_rate=4e-3, warmup=5),
        joint=Schedule(steps=10, batch=16, learning_rate=1e-3, warmup=5),
        heads=Schedule(steps=20, batch=16, learning_rate=1e-3, warmup=2),
        save_every=25,
    )


@pytest.mark.parametrize("pooling", ["attention", "mean"])
def test_one_batch_can_be_learned(tmp_path, studies, recipe, pooling):
    if pooling == "mean":
        recipe = replace(recipe, config=mean_pooling(recipe.config))
    names = names_of([s.answers for s in studies])
    run = Run(tmp_path, seed=0, save_every=100)
    network = train_series(recipe, names, studies, run, torch.device("cpu"))
    network = train_contrast(recipe, names, network, studies, run)
    network = train_heads(recipe, names, network, studies, run)
    marks = marks_of(network, names, studies)
    for n in range(2):
        truth, score = marks.column(n)
        assert score[truth].min() > score[~truth].max()


def learn(recipe, names, studies, run):
    network = train_series(recipe, names, studies, run, torch.device("cpu"))
    return train_contrast(recipe, names, network, studies, run)


class PulledOut(list):
    """Studies on a disk that goes away in the middle."""

    reads = 0

    def __getitem__(self, n):
        self.reads += 1
        if self.reads > 100:
            raise OSError("gone")
        return super().__getitem__(n)


def test_a_training_run_that_was_cut_off_ends_with_the_same_weights(tmp_path, studies, recipe):
    names = names_of([s.answers for s in studies])
    short = replace(recipe, joint=Schedule(steps=10, batch=16, learning_rate=1e-3))
    ends = []
    for folder, first in (("whole", studies), ("cut", PulledOut(studies))):
        (tmp_path / folder).mkdir()
        run = Run(tmp_path / folder, seed=0, save_every=4)
        if folder == "cut":
            with pytest.raises(OSError, match="gone"):  # in the seventh step, two after a checkpoint
                learn(short, names, first, run)
        ends.append(learn(short, names, studies, run).state_dict())
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


def test_prepared_studies_come_back_from_disk_as_they_were(tmp_path):
    case = Case("uid", "p", "A report.", {"a": True, "b": None}, series=(CaseSeries("AX T1", head(0)),))
    study = prepared(case, quick_check().config.grid)
    write_prepared(study, tmp_path / "study.npz")
    back = read_prepared(tmp_path / "study.npz")
    assert back.answers == study.answers
    for name in ("voxels", "position", "counts", "orientations", "marks"):
        assert np.array_equal(getattr(back, name), getattr(study, name))


def test_training_sees_the_same_tokens_as_the_product():

    config = quick_check().config
    model = untrained(config)
    inputs = model.prepare_volumes("uid", "MRI brain", [Source(head(0), "AX T1")])
    study = prepared(Case("uid", "p", "", {}, series=(CaseSeries("AX T1", head(0)),)), config.grid)
    latents = torch.from_numpy(encoded(model.network, study, None, torch.device("cpu")))
    marks = torch.from_numpy(study.marks)
    series = LatentSeries("AX T1", latents, study.position, int(study.orientations[0]), marks)
    ours = tensors_of([LatentStudy(replace(study.answers, description="MRI brain"), (series,))], config)
    assert torch.allclose(ours["tokens"], inputs.tensors["tokens"], atol=2e-3)  # kept in half precision
    for name in ("token_mask", "names", "series_mask", "description"):
        assert torch.equal(ours[name], inputs.tensors[name])


def test_a_shelf_lists_its_studies_with_the_splits_interleaved(tmp_path):
    slots = Shelf(tmp_path, {"train": 6, "validation": 2, "test": 2}).slots()
    assert len(slots) == len(set(slots)) == 10
    assert {split for split, _ in slots[:5]} == {"train", "validation", "test"}


def test_unknown_answers_are_masked():
    study = latent_study(1).answers
    unknown = replace(study, labels={"bright": None, "dark": True}, priority="")
    truth = truth_of([study, unknown], Names(LABELS, ("neurosurgery",)))
    assert truth.binary_known.tolist() == [[1, 1, 1], [0, 1, 1]]
    assert truth.priority_known.tolist() == [1, 0]


def test_studies_with_the_same_labels_say_the_same(studies):
    some = [s.answers for s in studies[:5]]  # labels repeat after four
    same = same_content(some, truth_of(some, names_of(some)))
    assert same[0].tolist() == [True, False, False, False, True]


def test_every_study_is_seen_once_before_any_is_seen_again():
    assert sorted(n for step in range(4) for n in drawn(16, 4, 0, step)) == list(range(16))


def test_series_of_one_step_are_of_similar_length_and_none_is_left_out():
    lengths = np.random.default_rng(0).integers(10, 300, 64)
    steps = [alike_rows(lengths, 8, 0, step) for step in range(8)]
    assert sorted(n for rows in steps for n in rows) == list(range(64))
    assert np.mean([np.ptp(lengths[rows]) for rows in steps]) < 60


def test_a_thinned_study_keeps_at_least_one_token_of_one_series(studies):
    recipe = replace(quick_check(), series_drop=1.0, token_drop=1.0, name_drop=1.0)
    for seed in range(20):
        thin = thinned(studies[0], recipe, np.random.default_rng(seed))
        assert all(len(s.latents) == len(s.position) >= 1 for s in thin.series)
        assert {s.name for s in thin.series} == {"unk"}


def test_reports_are_read_word_by_word():
    vocabulary = vocabulary_of(["A 12 mm mass.", "No mass."])
    assert words_of("A 12 mm mass.") == ["a", "1", "2", "mm", "mass", "."]
    assert set(vocabulary) == {"mass", "."}
    ids = report_ids(["mass.", "No mass. No oedema."], vocabulary)
    assert ids.shape == (2, 7)
    torch.manual_seed(0)
    tower = ReportTower(quick_check().config, len(vocabulary)).eval()
    vectors = tower(ids)
    assert torch.allclose(vectors.norm(dim=1), torch.ones(2), atol=1e-5)
    assert torch.allclose(vectors[0], tower(ids[:1, :3])[0], atol=1e-5)  # padding does not matter


def test_shuffling_keeps_every_sentence():
    report = "FINDINGS: A mass. No oedema. IMPRESSION: Glioma."
    mixed = shuffled(report, np.random.default_rng(0))
    assert sorted(words_of(mixed)) == sorted(words_of(report))


def test_every_recipe_can_be_written_down():
    for make in RECIPES.values():
        assert json.loads(json.dumps(recipe_to_json(make())))["name"] == make().name


@pytest.mark.slow
def test_the_quick_recipe_makes_a_model_that_the_product_loads(tmp_path):
    recipe = replace(quick_check(), sizes={"train": 4, "validation": 3, "test": 3})
    order = Order(recipe, tmp_path / "run", tmp_path / "prima")
    measures = train(order)
    card = read_card(tmp_path / "prima")
    model = load(card, tmp_path / "prima", torch.device("cpu"))
    assert len(card.targets) == model.network.config.answers == 16 + 4 + 3
    assert "phantoms" in card.weights_origin
    assert "4 train, 3 validation, 3 test" in card.trained_on
    assert measures.cases == 3
    weights = (tmp_path / "prima" / "weights.safetensors").read_bytes()
    shutil.rmtree(tmp_path / "prima")
    train(order)  # everything is done: only the model is written again
    assert (tmp_path / "prima" / "weights.safetensors").read_bytes() == weights
