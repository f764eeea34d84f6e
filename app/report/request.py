"""What is asked of a review. Light to import: the command line builds one before anything heavy is loaded."""

from __future__ import annotations

from dataclasses import dataclass

ALL_METHODS = ("lime", "rollout", "integrated_gradients")


@dataclass(frozen=True)
class Request:
    """The model, the methods, and the target to explain (the strongest finding where empty)."""

    model_key: str = "prima"
    methods: tuple[str, ...] = ALL_METHODS
    target: str = ""
