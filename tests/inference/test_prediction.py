from dataclasses import replace

import pytest

from inference.card import Target, card_from_json, card_to_json
from inference.models.prima_untrained import untrained
from inference.networks.prima_config import bundled
from inference.prediction import Finding, State, findings_from_scores

LVEF = Target("lvef", "LV ejection fraction", "%", 50.0, "measure", below=True)
EDV = Target("edv", "End-diastolic volume", "mL", 214.0, "measure")


@pytest.fixture(scope="module")
def card():
    return replace(untrained(bundled(diagnoses=1)).card, targets=(LVEF, EDV))


@pytest.mark.parametrize(("score", "state"), [(35.0, State.FINDING), (62.0, State.NO_FINDING)])
def test_where_low_is_abnormal_a_score_under_the_cut_off_is_the_finding(card, score, state):
    lvef, _ = findings_from_scores(card, (score, 150.0))
    assert lvef.state is state
    assert lvef.margin == pytest.approx(50.0 - score)


def test_where_high_is_abnormal_the_margin_grows_with_the_score(card):
    _, edv = findings_from_scores(card, (60.0, 300.0))
    assert edv.state is State.FINDING
    assert edv.margin == pytest.approx(86.0)


def test_intervals_go_with_their_targets(card):
    lvef, edv = findings_from_scores(card, (60.0, 300.0), ((51.0, 69.0), None))
    assert lvef.interval == (51.0, 69.0)
    assert edv.interval is None


def test_a_card_without_directions_reads_as_before(card):
    plain = card_to_json(card)
    for target in plain["targets"]:
        del target["below"]
    assert not any(t.below for t in card_from_json(plain).targets)


def test_a_finding_without_a_score_has_no_margin():
    assert Finding(LVEF, State.NOT_RUN).margin is None
