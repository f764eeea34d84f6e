"""What a trained Prima makes of the one real study that ships with the product: a healthy volunteer."""

from __future__ import annotations

import resources
from inference.card import Card
from inference.imaging.scan import scan
from inference.models.prima import PrimaModel
from inference.networks.prima import Prima
from inference.predict import predict
from inference.prediction import State


def false_alarms(card: Card, network: Prima) -> tuple[str, ...]:
    """A line for the card that names what is found where nothing is; empty where nothing is found."""
    (study,) = scan(resources.path("demo/brain_mr")).studies
    prediction, _ = predict(PrimaModel(card, network.eval()), study)
    found = [
        finding.target.title.replace("Referral: ", "a referral to ").lower()
        for finding in prediction.findings
        if finding.state is State.FINDING and finding.target.group != "priority"
    ]
    if not found:
        return ()
    return (f"In the bundled study of a healthy volunteer it finds, wrongly: {', '.join(found)}.",)
