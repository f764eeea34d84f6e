import subprocess
import sys

import pytest
import torch

from inference.errors import WeightsError
from inference.models import catalogue
from inference.models.radclip_labels import matches_words


def test_cards_are_read_without_torch():
    code = (
        "import sys; from inference.models import catalogue as c; [c.card(k) for k in c.keys()]; "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_model_is_refused_by_name():
    with pytest.raises(WeightsError, match="no model called 'oracle'"):
        catalogue.card("oracle")


def test_a_model_is_loaded_once():
    device = torch.device("cpu")
    assert catalogue.load("prima", device) is catalogue.load("prima", device)


def test_the_bundled_model_says_what_it_is():
    card = catalogue.card("prima")
    assert card.size == "bundled"
    assert "phantoms" in card.weights_origin
    assert "not for diagnostic use" in card.caveat
    assert {t.group for t in card.targets} == {"diagnosis", "referral", "priority"}
    assert len({t.name for t in card.targets}) == len(card.targets)


def test_the_bundled_model_holds_its_promises_on_held_out_studies_or_says_so():
    card = catalogue.card("prima")
    metrics = {m.name: m for m in card.metrics}
    said = " ".join(card.known_failures)
    auroc = metrics["Mean AUROC of diagnoses, held-out studies"]
    assert auroc.value >= 0.90 or "below the goal" in said
    gain = metrics.get("Gain of attention over mean pooling")
    assert (gain and gain.low is not None and gain.low > 0) or "not shown to be ahead" in said


def test_what_is_called_a_probability_is_calibrated():
    metrics = {m.name: m for m in catalogue.card("prima").metrics}
    assert metrics["Expected calibration error of probabilities"].value <= 0.05


def test_every_model_s_network_answers_each_target_of_its_card():
    for key in sorted(catalogue.keys()):
        model = catalogue.load(key, torch.device("cpu"))
        if matches_words(model.card):  # answers to any words: its targets are those that it was taught
            assert len(model.words) == len(model.card.targets)
        else:
            assert model.network.config.answers == len(model.card.targets)


def test_a_card_is_called_like_its_folder():
    assert all(catalogue.card(key).key == key for key in sorted(catalogue.keys()))
