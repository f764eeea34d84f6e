"""What learns beside the model and is thrown away afterwards: towers and readers, and their losses."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from inference.networks.prima import Prima, gathered, sequence
from training.fit import Losses
from training.losses import contrast, masked_bce, pos_weights, priority_loss, tell_patients_apart
from training.prima_batches import LatentStudy, Names, Truth, tensors_of, truth_of
from training.prima_report import ReportTower
from training.recipe import Recipe

RARE = -5.0  # logit of a token's marks before anything is learnt


class Towers(nn.Module):
    """Everything that learns in the contrast: the model, the reports' tower and what the losses add."""

    def __init__(self, prima: Prima, words: int, shares: Tensor) -> None:
        super().__init__()
        c = prima.config
        self.prima = prima
        self.prima.tokenizer.requires_grad_(False)
        self.reports = ReportTower(c, words)
        self.series = nn.Linear(c.series_width, c.clip_width)
        self.series_answers = nn.Linear(c.series_width, len(shares))
        self.series_answers.bias.data = log_odds(shares)
        self.log_scale = nn.Parameter(torch.tensor(1 / 0.07).log())
        self.log_temperature = nn.Parameter(torch.tensor(0.1).log())

    def losses(
        self,
        batch: Sequence[LatentStudy],
        truth: Truth,
        reports: Tensor,
        same: Tensor,
        terms: tuple[Recipe, Names, Tensor],
    ) -> Losses:
        """The parts of the loss of whole studies, from tokens to reports."""
        recipe, names, weights = terms
        device, prima = weights.device, self.prima
        tensors = {k: v.to(device) for k, v in tensors_of(batch, prima.config).items()}
        series, there = prima.series_vectors(tensors), tensors["series_mask"]
        study = prima.encode_study(series, there, tensors["description"])
        whose = torch.arange(len(batch), device=device)[:, None].expand(there.shape)[there]
        unit = nn.functional.normalize(self.series(series[there]), dim=-1)
        each = self.series_answers(series[there])
        alone = masked_bce(each, truth.binary[whose], truth.binary_known[whose], weights)
        return {
            "clip": contrast(prima.project(study), reports, self.log_scale, same),
            "apart": recipe.discrimination * tell_patients_apart(unit, whose, self.log_temperature),
            "labels": recipe.supervised * supervised(prima.heads(study), truth, names, weights),
            "series": recipe.deep * alone,
        }


class SeriesReader(nn.Module):
    """The series encoder with answers of its own: the short way to what one series, one token shows."""

    def __init__(self, prima: Prima, shares: Tensor, marks: int) -> None:
        super().__init__()
        self.inner = prima.inner
        self.name_encoder = prima.name_encoder
        self.answers = nn.Linear(prima.config.series_width, len(shares))
        self.answers.bias.data = log_odds(shares)
        self.marks = nn.Linear(prima.config.inner.width, marks)
        self.marks.bias.data.fill_(RARE)

    def forward(self, tensors: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """(b, answers) and (b, n, marks) of studies with one series each.

        Marks are read before the last block, so that the registers can still gather what they say.
        """
        inner, mask = self.inner, tensors["token_mask"][:, 0]
        name = self.name_encoder(tensors["names"][:, 0])
        x, present = sequence(inner, name, tensors["tokens"][:, 0], mask)
        for block in inner.transformer.blocks[:-1]:
            x = block(x, present)
        marks = self.marks(x[:, -mask.shape[1] :])
        vector = inner.out(inner.norm(gathered(inner, x, present, slice(-1, None))).flatten(1))
        return self.answers(vector), marks


def marks_loss(scores: Tensor, batch: Sequence[LatentStudy]) -> Tensor:
    """Cross-entropy of what each token shows, summed over labels; 0 where nobody marked anything."""
    found = [study.series[0].marks for study in batch]
    if not found[0].shape[1]:
        return scores.new_zeros(())
    truth = torch.cat(found).float().to(scores.device)
    flat = torch.cat([scores[n, : len(marks)] for n, marks in enumerate(found)]).float()
    return binary_cross_entropy_with_logits(flat, truth, pos_weight=truth.new_tensor(3.0)) * truth.shape[1]


def supervised(scores: Tensor, truth: Truth, names: Names, weights: Tensor) -> Tensor:
    """Loss of all answers against what is known."""
    loss = masked_bce(scores[:, : names.binary], truth.binary, truth.binary_known, weights)
    if names.priorities:
        loss = loss + 0.2 * priority_loss(scores[:, names.binary :], truth.priority, truth.priority_known)
    return loss


def weights_of(studies: Sequence[LatentStudy], names: Names) -> Tensor:
    """Weight of the positives of each yes-or-no answer."""
    truth = truth_of([s.answers for s in studies], names)
    return pos_weights(truth.binary, truth.binary_known).sqrt()


def shares_of(studies: Sequence[LatentStudy], names: Names) -> Tensor:
    """How often each yes-or-no answer is yes."""
    truth = truth_of([s.answers for s in studies], names)
    return (truth.binary.sum(0) / truth.binary_known.sum(0).clamp(min=1)).clamp(0.02, 0.98)


def log_odds(shares: Tensor) -> Tensor:
    """The bias at which a layer answers with the base rates."""
    return (shares / (1 - shares)).log()
