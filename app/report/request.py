"""What is asked of a review. Light to import: the command line builds one before anything heavy is loaded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """The model, the methods, and the target to explain (the strongest finding where empty).

    methods  where empty, those that can explain the model
    views    (loop, standard view) as a reader names them; a loop by uid or by title
    """

    model_key: str = "prima"
    methods: tuple[str, ...] = ()
    target: str = ""
    views: tuple[tuple[str, str], ...] = ()
