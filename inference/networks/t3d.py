"""T3D: a Swin-UNETR that reads sub-volumes of a CT, and a report that tells it what to look for.

The visual tower is MONAI's, names included, so that a MONAI state dict loads under `visual.`; the text tower
is `transformers`' RoBERTa, so that RadBERT loads under `text.`. In the interactor every place of the pyramid
looks at the words of the report. Where there is no report it looks at learned vectors that stand for silence.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, normalize
from transformers import RobertaConfig, RobertaModel

from inference.networks.t3d_config import READ, T3DConfig, TextSize
from inference.networks.t3d_focal import Focal, told_small, with_focal
from inference.networks.t3d_interactor import Interactor, Report, Restorer
from inference.networks.t3d_marks import Findings, Marks, told_of


def swin_unetr(c: T3DConfig) -> nn.Module:
    """MONAI's network; importing it takes seconds, so that only who builds one pays."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MONAI warns of what its own dependencies deprecate
        from monai.networks.nets.swin_unetr import SwinUNETR

        made: nn.Module = SwinUNETR(
            in_channels=1,
            out_channels=c.classes,
            depths=c.depths,
            num_heads=c.heads,
            window_size=c.window,
            feature_size=c.feature_size,
        )
    return made


class T3D(nn.Module):
    """Sub-volumes (b, 1, slices, rows, columns) of grey values, and reports as word ids."""

    cut: Tensor

    def __init__(self, config: T3DConfig) -> None:
        super().__init__()
        c = self.config = config
        self.visual: Any = swin_unetr(c)  # MONAI's parts are modules, which mypy takes for not callable
        self.text = RobertaModel(_roberta(c.text), add_pooling_layer=False)
        self.silence = nn.Parameter(torch.randn(c.silence, c.text.width) * 0.02)
        self.interactor = Interactor(c)
        self.restore = nn.Conv3d(c.feature_size, 1, 1)
        self.restorer = Restorer(c)
        self.proj_v = _projector(c.width, c.embedding)  # a sub-volume that has read its report
        self.proj_i = _projector(2 * c.encoding, c.embedding)  # what is read out of a study
        self.proj_t = _projector(2 * c.text.width, c.embedding)  # a report
        self.outlines = nn.Conv3d(c.feature_size, c.classes, 1)  # half as fine as the masks
        self.marks = Marks(c)
        self.focal = Focal(c) if c.focal_findings else None  # small things, as fine as the picture
        self.register_buffer("cut", torch.zeros(len(c.focal_findings)))  # logits from which a mask is drawn
        self.findings = Findings(c)
        self.temperature = nn.Parameter(torch.tensor(2.3))  # logarithm; cosines are multiplied by its power

    def pyramid(self, x: Tensor) -> list[Tensor]:
        """(b, 1, d, h, w) -> five maps, each half as fine as the one before."""
        maps: list[Tensor] = self.visual.swinViT(x, self.visual.normalize)
        return maps

    def read(self, ids: Tensor) -> Report:
        """(b, n) word ids, 1 where there is none -> words after the vectors of silence."""
        real = ids != 1
        words = self.text(input_ids=ids, attention_mask=real.long()).last_hidden_state
        silence = self.silence.expand(len(ids), -1, -1)
        return Report(torch.cat((silence, words), 1), torch.cat((real.new_ones(silence.shape[:2]), real), 1))

    def unread(self, rows: int) -> Report:
        """What stands for "no report"."""
        silence = self.silence.expand(rows, -1, -1)
        return Report(silence, torch.ones(silence.shape[:2], dtype=torch.bool, device=silence.device))

    def halfway(self, pyramid: Sequence[Tensor], report: Report) -> Tensor:
        """(b, feature_size, d / 2, h / 2, w / 2): half as fine, after the report was read."""
        return self.halfway_from(pyramid, self.interactor(pyramid, report))

    def halfway_from(self, pyramid: Sequence[Tensor], places: Tensor) -> Tensor:
        """The same from what the interactor made of the places."""
        v = self.visual
        h = self.interactor.back(pyramid, places)
        y = v.decoder5(v.encoder10(h[4]), h[3])
        y = v.decoder4(y, v.encoder4(h[2]))
        y = v.decoder3(y, v.encoder3(h[1]))
        out: Tensor = v.decoder2(y, v.encoder2(h[0]))
        return out

    def finest(self, x: Tensor, halfway: Tensor) -> Tensor:
        """(b, feature_size, d, h, w) from what was decoded half as fine."""
        out: Tensor = self.visual.decoder1(halfway, self.visual.encoder1(x))
        return out

    def masks(self, x: Tensor, report: Report | None = None) -> Tensor:
        """(b, 1, d, h, w) -> (b, classes, d, h, w) logits; what is focal is told voxel by voxel."""
        logits, focal = self.outlined(x, report)
        cut = self.cut.view(1, -1, 1, 1, 1)
        return logits if focal is None else with_focal(logits, focal - cut, self.config.focal)

    def outlined(self, x: Tensor, report: Report | None = None) -> tuple[Tensor, Tensor | None]:
        """(b, 1, d, h, w) -> logits of classes and, where they are told, of small things, as fine."""
        halfway = self.halfway(self.pyramid(x), report or self.unread(len(x)))
        logits: Tensor = self.visual.out(self.finest(x, halfway))
        if self.focal is None:
            return logits, None
        return logits, self.focal(x, self.outlines(halfway).softmax(1))

    def restored(self, x: Tensor, report: Report | None = None) -> Tensor:
        """(b, 1, d, h, w) with parts hidden -> the grey values of the whole."""
        pyramid, told = self.pyramid(x), report or self.unread(len(x))
        places = self.interactor(pyramid, told)
        fine = self.finest(x, self.halfway_from(pyramid, places))
        return self.restored_from(fine, places, told)

    def restored_from(self, fine: Tensor, places: Tensor, report: Report) -> Tensor:
        """The same from what was decoded and from places that have read the report."""
        coarse = interpolate(self.restorer(places, report), scale_factor=2.0, mode="trilinear")
        made: Tensor = self.restore(fine) + coarse
        return made

    def encoded(self, x: Tensor) -> Tensor:
        """(b, 1, d, h, w) -> (b, encoding + small): what is read, findings and their sizes."""
        pyramid = self.pyramid(x)
        halfway = self.halfway(pyramid, self.unread(len(x)))
        outlines = self.outlines(halfway)
        focal = None if self.focal is None else self.focal(x, outlines.softmax(1))
        everywhere = (2, 3, 4)
        strongest = [pyramid[level].amax(everywhere) for level in READ]
        middle = pyramid[READ[-1]].mean(everywhere)
        told = self.told(self.marks(x, halfway, outlines), outlines, focal)
        return torch.cat((*strongest, middle, told), 1)

    def told(self, marks: Tensor, outlines: Tensor, focal: Tensor | None = None) -> Tensor:
        """(b, told + small): what findings are told from; nothing of small things before they are learnt."""
        if self.focal is None:
            return told_of(marks, outlines)
        nothing = marks.new_zeros(len(marks), self.config.small)
        return torch.cat((told_of(marks, outlines), nothing if focal is None else told_small(focal)), 1)

    def looked(self, pyramid: Sequence[Tensor], report: Report) -> Tensor:
        """(b, embedding) of sub-volumes that have read a report: what the contrast compares."""
        return normalize(self.proj_v(self.interactor(pyramid, report).mean(1)), dim=-1)

    def image_embedding(self, encodings: Tensor, present: Tensor | None = None) -> Tensor:
        """(b, units, encoding + small) of all sub-volumes of a study -> (b, embedding); needs no report."""
        encodings = encodings[..., : self.config.encoding]
        real = encodings.new_ones(encodings.shape[:2]) if present is None else present.to(encodings)
        mean = (encodings * real[..., None]).sum(1) / real.sum(1).clamp(min=1)[:, None]
        strongest = encodings.masked_fill(real[..., None] == 0, -30.0).amax(1)
        return normalize(self.proj_i(torch.cat((mean, strongest), -1)), dim=-1)

    def text_embedding(self, report: Report) -> Tensor:
        """(b, embedding) of reports."""
        first = len(self.silence)
        words, real = report.words[:, first:], report.real[:, first:, None]
        mean = (words * real).sum(1) / real.sum(1).clamp(min=1)
        strongest = words.masked_fill(~real, -30.0).amax(1)
        return normalize(self.proj_t(torch.cat((mean, strongest), -1)), dim=-1)


def _projector(width: int, embedding: int) -> nn.Sequential:
    return nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.GELU(), nn.Linear(width, embedding))


def _roberta(size: TextSize) -> RobertaConfig:
    return RobertaConfig(
        vocab_size=size.vocabulary,
        hidden_size=size.width,
        num_hidden_layers=size.depth,
        num_attention_heads=size.heads,
        intermediate_size=4 * size.width,
        max_position_embeddings=size.longest + 2,
        type_vocab_size=1,
        layer_norm_eps=1e-5,
    )
