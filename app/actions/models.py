"""`negatoscope models`: the cards."""

from __future__ import annotations

import json

from app.terminal import OUT, Exit, plain
from inference.card import Card, Metric, card_to_json
from inference.errors import FileError
from inference.models import catalogue, monai_folder


def run(key: str, *, as_json: bool) -> int:
    """Print one card or all; an unknown key is refused with those that there are."""
    known = catalogue.keys()
    if key and key not in known:
        raise FileError(f"There is no model {key!r}.", hint=f"There are: {', '.join(known)}.")
    cards = [catalogue.card(k) for k in ([key] if key else known)]
    if as_json:
        OUT.out(json.dumps([card_to_json(c) for c in cards], indent=2, ensure_ascii=False), highlight=False)
    else:
        for card in cards:
            OUT.print(plain(card_words(card)))
        if not key:
            OUT.print(plain(bundle_words()))
    return Exit.DONE


def bundle_words() -> str:
    """Where the user's own MONAI bundles are looked for, and those that are not used."""
    lines = [f"MONAI bundles are looked for in {monai_folder.folder()}"]
    lines += [f"  {reason}" for reason in monai_folder.refusals().values()]
    return "\n".join(lines)


def card_words(card: Card) -> str:
    """The card to read."""
    lines = [
        f"{card.key}: {card.title} {card.version} ({card.size})",
        f"  {card.caveat}",
        f"  input: {card.modality} {card.body_part}",
        f"  intended use: {card.intended_use}",
        f"  not for: {card.not_for}",
        f"  trained on: {card.trained_on} (recipe {card.recipe})",
        f"  targets: {', '.join(t.title for t in card.targets)}",
        "  held-out figures:",
        *(f"    {metric_words(m)}" for m in card.metrics),
        *(f"  known failure: {failure}" for failure in card.known_failures),
        f"  licence: {card.licence}; weights SHA-256 {card.weights_sha256}",
    ]
    return "\n".join(lines)


def metric_words(metric: Metric) -> str:
    """A figure with its interval and number of cases."""
    interval = (
        "" if metric.low is None or metric.high is None else f" ({metric.low:.3f} to {metric.high:.3f})"
    )
    cases = "" if metric.cases is None else f", {metric.cases} cases"
    return f"{metric.name}: {metric.value:.3f}{interval}{cases}"
