from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from explain.methods import applicable
from inference.errors import NotApplicableError
from inference.imaging.read import read_volume
from inference.imaging.scan import scan
from inference.models import catalogue
from inference.models.ventricle import above_valve
from inference.models.ventricle_masks import Below
from inference.models.ventricle_untrained import untrained
from inference.networks.lv_unet import LVUNetConfig
from inference.predict import predict
from inference.prediction import State
from tests.ventricle_stacks import heart, write_heart

PATIENT = "SC-HF-NI-15"


class Bright(torch.nn.Module):
    """A network that calls every bright pixel cavity: what it should find is known."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.level = torch.nn.Parameter(torch.tensor(0.6))

    def forward(self, x):
        return (x - self.level) * 50


@pytest.fixture(scope="module")
def seeing():
    model = untrained(LVUNetConfig(channels=(4, 8), size=112, pixel_mm=1.5))
    model.network = Bright(model.config)
    return model


@pytest.fixture(scope="module")
def made():
    return heart(phases=8)


@pytest.fixture(scope="module")
def study(made, tmp_path_factory):
    return scan(write_heart(tmp_path_factory.mktemp("heart"), made)).studies[0]


@pytest.fixture(scope="module")
def inputs(seeing, study):
    return seeing.prepare(study)


def test_masks_lie_on_the_pixels_that_the_network_meant(seeing, inputs, made):
    reading = seeing.read(inputs)
    assert reading.masks.shape == made.masks.shape
    wrong = (reading.masks != made.masks).sum()
    assert wrong < 0.03 * made.masks.sum()


def test_volumes_of_a_study_are_those_of_its_heart(seeing, inputs, made):
    reading = seeing.read(inputs)
    assert reading.curve.volume_ml == pytest.approx(made.volume_ml, rel=0.05)
    assert reading.ef_percent == pytest.approx(60, abs=2)
    assert reading.caveat.endswith("not for diagnostic use")


def test_the_window_s_numbers_are_those_of_the_outlines(seeing, study):
    prediction, inputs = predict(seeing, study)
    reading = seeing.read(inputs)
    scores = [finding.score for finding in prediction.findings]
    assert scores == pytest.approx([reading.edv_ml, reading.esv_ml, reading.ef_percent], rel=1e-5)
    assert [f.target.unit for f in prediction.findings] == ["mL", "mL", "%"]
    assert prediction.finding("lvef").state is State.NO_FINDING


def test_intervals_follow_the_reach_that_the_card_tells(seeing, study):
    plain, _ = predict(seeing, study)
    assert all(f.interval is None for f in plain.findings)
    reach = {"lvedv": (0.9, 1.2), "lvesv": (0.8, 1.1), "lvef": (-5.0, 8.0)}
    told = replace(seeing.card, config={**seeing.card.config, "reach": reach})
    prediction, _ = predict(type(seeing)(told, seeing.network), study)
    edv, esv, ef = prediction.findings
    assert edv.interval == pytest.approx((0.9 * edv.score, 1.2 * edv.score))
    assert esv.interval == pytest.approx((0.8 * esv.score, 1.1 * esv.score))
    assert ef.interval == pytest.approx((ef.score - 5, ef.score + 8))


def test_every_slice_says_where_it_lies(inputs, made):
    assert len(inputs.places) == len(made.masks)
    centre = made.stack.geometry.to_lps_mm(6, np.array([[59.5, 63.5]]))[0]
    assert np.allclose(inputs.places[6].centres_lps_mm[0], centre, atol=1.0)
    assert inputs.places[6].size_mm == pytest.approx((8, 168, 168), rel=1e-3)


def test_pictures_without_a_ventricle_are_not_eligible(seeing, study):
    blind = untrained(seeing.config)
    blind.network = Bright(seeing.config)
    blind.network.level.data.fill_(99.0)
    with pytest.raises(NotApplicableError, match="no left ventricle was found"):
        blind.prepare(study)


def test_a_study_without_loops_is_not_eligible(seeing, study):
    prediction, inputs = predict(seeing, replace(study, series=()))
    assert inputs is None
    assert {f.state for f in prediction.findings} == {State.NOT_ELIGIBLE}
    assert prediction.findings[0].reason == "the study holds no images."


def test_nothing_pretends_to_explain_a_measurement(seeing):
    assert applicable(seeing) == ()


def test_the_card_speaks_of_real_patients_and_keeps_its_promise():
    card = catalogue.card("ventricle")
    assert "real patients" in card.weights_origin
    assert card.metrics[0].value >= 0.88
    assert card.metrics[0].cases == 14


# The real stack: 200 pictures, ten seconds of one busy core.


@pytest.fixture(scope="module")
def real(shared_data):
    study = scan(shared_data / "cardiac_cine/sunnybrook_SCD0002001_sax").studies[0]
    model = catalogue.load("ventricle", torch.device("cpu"))
    return study, model.read(model.prepare(study))


@pytest.fixture(scope="module")
def drawn(shared_data, real):
    """(position, phase) -> the experts' mask, found by comparing pictures."""
    display_set = real[0].display_sets[0]
    frames = np.stack([read_volume(display_set, phase=n).voxels for n in range(display_set.phases)], 1)
    frames = frames.reshape(-1, frames.shape[2] * frames.shape[3]).astype(np.float32)
    frames = (frames - frames.mean(1, keepdims=True)) / frames.std(1, keepdims=True)
    found = {}
    folder = shared_data / "labelled/sunnybrook_lv_segnetcmr/Test"
    for path in sorted(folder.glob(f"Images/*/{PATIENT}-*.png")):
        picture = np.asarray(Image.open(path).convert("L"), np.float32).ravel()
        place = int(np.argmax(frames @ ((picture - picture.mean()) / picture.std())))
        label = np.asarray(Image.open(str(path).replace("Images", "Labels")).convert("L")) > 127
        found[divmod(place, display_set.phases)] = label
    return found


@pytest.mark.slow
def test_a_real_heart_is_widest_early_and_narrowest_in_the_middle(real):
    _, reading = real
    assert reading.curve.diastole in (0, 1, 19)
    assert 4 <= reading.curve.systole <= 10
    assert 30 < reading.ef_percent < 60
    assert 120 < reading.edv_ml < 200


@pytest.mark.slow
def test_a_real_heart_is_outlined_as_the_experts_did(real, drawn):
    _, reading = real
    assert len(drawn) == 15
    shared = sum((reading.masks[place] & mask).sum() for place, mask in drawn.items())
    total = sum(reading.masks[place].sum() + mask.sum() for place, mask in drawn.items())
    assert 2 * shared / total > 0.92


@pytest.mark.slow
def test_a_real_heart_pumps_as_the_experts_outlines_say(real, drawn):
    _, reading = real
    volumes = {}
    for (position, phase), mask in drawn.items():
        volumes[phase] = volumes.get(phase, 0) + mask.sum() * reading.geometry.pixels_ml[position]
    edv, esv = max(volumes.values()), min(volumes.values())
    assert reading.ef_percent == pytest.approx(100 * (edv - esv) / edv, abs=5)
    assert reading.edv_ml == pytest.approx(edv, rel=0.1)


@pytest.mark.parametrize(
    ("above", "said"),
    [
        ((), None),
        ((9,), "slice 10 of 10"),
        ((8, 9), "slices 9 and 10 of 10"),
        ((2, 1, 0), "slices 1, 2 and 3 of 10"),
    ],
)
def test_slices_that_were_left_out_are_named_in_a_sentence(above, said):
    words = above_valve(Below(np.zeros((10, 1, 2, 2), bool), above), 10)
    assert words == ((f"Not counted, as above the valve: {said}.",) if said else ())


@pytest.mark.slow
def test_aorta_and_atrium_of_a_real_stack_are_not_counted(real):
    _, reading = real
    assert not reading.masks[8:].any()
    assert any("Not counted, as above the valve: slices 9 and 10 of 10" in text for text in reading.warnings)
