"""T3D: a Swin-UNETR that reads sub-volumes of a CT, and a report that tells it what to look for.

The visual tower is MONAI's, names included, so that a MONAI state dict loads under `visual.`; the text tower
is `transformers`' RoBERTa, so that RadBERT loads under `text.`. In the interactor every place of the pyramid
looks at the words of the report. Where there is no report it looks at learned vectors that stand for silence.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, normalize, scaled_dot_product_attention
from transformers import RobertaConfig, RobertaModel

STEPS = 5  # halvings from a sub-volume to the bottom of the pyramid
LEAST_SHARE = 1e-4  # of a sub-volume; smaller sizes are all alike
READ = (2, 3, 4)  # levels of the pyramid that are read out for findings and retrieval
Three = tuple[int, int, int]


@dataclass(frozen=True)
class TextSize:
    """Sizes of the report encoder; the defaults are RoBERTa's, and so RadBERT's."""

    width: int = 768
    depth: int = 12
    heads: int = 12
    vocabulary: int = 50265
    longest: int = 512


@dataclass(frozen=True)
class T3DConfig:
    """Sizes and choices; the defaults are the published ones where they are known.

    classes     of the masks, the background first
    findings    how many answers
    crop        voxels (slices, rows, columns) of a sub-volume; multiples of 32
    spacing_mm  of the working grid
    curve       (HU, grey value) points between which intensities are interpolated
    levels      of the pyramid (0 the finest) whose places look at the report
    """

    classes: int = 14
    findings: int = 12
    feature_size: int = 48
    depths: tuple[int, ...] = (2, 2, 2, 2)
    heads: tuple[int, ...] = (3, 6, 12, 24)
    window: int = 7
    crop: Three = (96, 96, 96)
    spacing_mm: tuple[float, float, float] = (2.0, 1.5, 1.5)
    curve: tuple[tuple[float, float], ...] = ((-1000.0, 0.0), (1000.0, 1.0))
    text: TextSize = TextSize()
    levels: tuple[int, ...] = (4,)
    width: int = 768
    interactor_heads: int = 8
    silence: int = 4
    embedding: int = 128

    def __post_init__(self) -> None:
        if any(n % 2**STEPS for n in self.crop):
            raise ValueError(f"a sub-volume of {self.crop} voxels cannot be halved {STEPS} times")

    def channels(self, level: int) -> int:
        """Width of one level of the pyramid."""
        return int(self.feature_size * 2**level)

    def grid(self, level: int) -> Three:
        """Places along (slices, rows, columns) of one level of a sub-volume."""
        slices, rows, columns = (n // 2 ** (level + 1) for n in self.crop)
        return slices, rows, columns

    @property
    def answers(self) -> int:
        """Number of scores."""
        return self.findings

    @property
    def encoding(self) -> int:
        """Width of what is read out of one sub-volume."""
        return sum(self.channels(level) for level in READ) + self.channels(READ[-1]) + self.told

    @property
    def told(self) -> int:
        """The end of the encoding: where findings show most, how much of them, how much of each class."""
        return 2 * self.findings + self.classes


CT_CURVE = ((-1000.0, 0.0), (-200.0, 0.25), (-50.0, 0.4), (150.0, 0.8), (400.0, 0.95), (1500.0, 1.0))


def bundled(classes: int, findings: int, vocabulary: int) -> T3DConfig:
    """The same network at a size that one CPU core trains in half an hour."""
    return T3DConfig(
        classes=classes,
        findings=findings,
        feature_size=12,
        depths=(1, 1, 1, 1),
        heads=(1, 2, 4, 8),
        window=4,
        crop=(32, 64, 64),
        spacing_mm=(6.0, 4.5, 4.5),
        curve=CT_CURVE,
        text=TextSize(96, 2, 4, vocabulary, 160),
        levels=(2, 3, 4),
        width=96,
        interactor_heads=4,
    )


def config_to_json(config: T3DConfig) -> dict[str, Any]:
    """The config as plain JSON values."""
    return asdict(config)


def config_from_json(data: Mapping[str, Any]) -> T3DConfig:
    """The config of a card; what the card holds beside the network's fields is not its business."""
    values = {name: value for name, value in data.items() if name in T3DConfig.__dataclass_fields__}
    for name in ("depths", "heads", "crop", "spacing_mm", "levels"):
        values[name] = tuple(values[name])
    values["curve"] = tuple((float(hu), float(grey)) for hu, grey in values["curve"])
    values["text"] = TextSize(**values["text"])
    return T3DConfig(**values)


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


class Report(NamedTuple):
    """Encoded reports: words (b, n, width), and which of them are real (b, n)."""

    words: Tensor
    real: Tensor


class CrossAttention(nn.Module):
    """Places look at words; `weights` is the tap where the matrix (b, heads, places, words) can be read."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(width, width)
        self.kv = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.weights = nn.Identity()

    def forward(self, x: Tensor, memory: Tensor, real: Tensor) -> Tensor:
        """(b, n, d) places, (b, m, d) words, (b, m) which words are real -> (b, n, d)."""
        b, n, d = x.shape
        q = self.q(x).view(b, n, self.heads, -1).transpose(1, 2)
        k, v = self.kv(memory).view(b, memory.shape[1], 2, self.heads, -1).permute(2, 0, 3, 1, 4)
        logits = (q @ k.transpose(-2, -1)) / q.shape[-1] ** 0.5  # (b, h, n, m)
        logits = logits.masked_fill(~real[:, None, None, :], -torch.inf)
        y = self.weights(logits.softmax(-1)) @ v
        out: Tensor = self.out(y.transpose(1, 2).reshape(b, n, d))
        return out


class SelfAttention(nn.Module):
    """Places look at each other."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(b, n, d) -> (b, n, d)."""
        b, n, d = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        out: Tensor = self.out(scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, d))
        return out


class Interactor(nn.Module):
    """One decoder layer: places of several levels look at each other, at the report, and think it over."""

    def __init__(self, c: T3DConfig) -> None:
        super().__init__()
        self.levels = c.levels
        self.inward = nn.ModuleList(nn.Linear(c.channels(level), c.width) for level in c.levels)
        self.where = nn.ParameterList(
            nn.Parameter(torch.randn(_count(c.grid(level)), c.width) * 0.02) for level in c.levels
        )
        self.outward = nn.ModuleList(nn.Linear(c.width, c.channels(level)) for level in c.levels)
        self.memory = nn.Linear(c.text.width, c.width)
        self.norms = nn.ModuleList(nn.LayerNorm(c.width) for _ in range(4))
        self.self_attn = SelfAttention(c.width, c.interactor_heads)
        self.cross_attn = CrossAttention(c.width, c.interactor_heads)
        self.mlp = nn.Sequential(nn.Linear(c.width, 4 * c.width), nn.GELU(), nn.Linear(4 * c.width, c.width))
        for layer in self.outward:  # at first the report changes nothing
            nn.init.zeros_(layer.weight)  # type: ignore[arg-type] # a Linear's weight is a tensor
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type] # and so is its bias

    def forward(self, pyramid: Sequence[Tensor], report: Report) -> Tensor:
        """Maps of every level -> (b, places of all read levels, width)."""
        pieces = [
            inward(pyramid[level].flatten(2).transpose(1, 2)) + where
            for level, inward, where in zip(self.levels, self.inward, self.where, strict=True)
        ]
        x = torch.cat(pieces, 1)
        x = x + self.self_attn(self.norms[0](x))
        memory = self.norms[3](self.memory(report.words))
        x = x + self.cross_attn(self.norms[1](x), memory, report.real)
        out: Tensor = x + self.mlp(self.norms[2](x))
        return out

    def back(self, pyramid: Sequence[Tensor], places: Tensor) -> list[Tensor]:
        """The pyramid with what its places have learnt from the report."""
        changed = list(pyramid)
        start = 0
        for level, outward in zip(self.levels, self.outward, strict=True):
            count = _count(pyramid[level].shape[2:])
            added = outward(places[:, start : start + count]).transpose(1, 2)
            changed[level] = pyramid[level] + added.reshape(pyramid[level].shape)
            start += count
        return changed


class Marks(nn.Module):
    """Where findings lie: what is around a place, decoded, beside the detail that only the picture has."""

    def __init__(self, c: T3DConfig) -> None:
        super().__init__()
        self.detail = nn.Conv3d(1, 2 * c.feature_size, 6, 2, 2)
        self.mix = nn.Conv3d(3 * c.feature_size, 4 * c.feature_size, 3, padding=1)
        self.out = nn.Conv3d(4 * c.feature_size, c.findings, 1)

    def forward(self, x: Tensor, halfway: Tensor) -> Tensor:
        """(b, 1, d, h, w) and what was decoded half as fine -> (b, findings, d / 2, h / 2, w / 2) logits."""
        both = torch.cat((halfway, gelu(self.detail(x))), 1)
        out: Tensor = self.out(gelu(self.mix(both)))
        return out


class Findings(nn.Module):
    """Encodings (..., encoding) -> logits (..., findings), from marks and sizes alone."""

    def __init__(self, c: T3DConfig) -> None:
        super().__init__()
        self.told = c.told
        self.layers = nn.Sequential(
            nn.LayerNorm(c.told), nn.Linear(c.told, c.width), nn.GELU(), nn.Linear(c.width, c.findings)
        )

    def forward(self, encodings: Tensor) -> Tensor:
        """What a sub-volume shows."""
        out: Tensor = self.layers(encodings[..., -self.told :])
        return out


class T3D(nn.Module):
    """Sub-volumes (b, 1, slices, rows, columns) of grey values, and reports as word ids."""

    def __init__(self, config: T3DConfig) -> None:
        super().__init__()
        c = self.config = config
        self.visual: Any = swin_unetr(
            c
        )  # MONAI declares its parts as modules, which are not callable to mypy
        self.text = RobertaModel(_roberta(c.text), add_pooling_layer=False)
        self.silence = nn.Parameter(torch.randn(c.silence, c.text.width) * 0.02)
        self.interactor = Interactor(c)
        self.restore = nn.Conv3d(c.feature_size, 1, 1)
        self.proj_v = _projector(c.width, c.embedding)  # a sub-volume that has read its report
        self.proj_i = _projector(2 * c.encoding, c.embedding)  # what is read out of a study
        self.proj_t = _projector(2 * c.text.width, c.embedding)  # a report
        self.outlines = nn.Conv3d(c.feature_size, c.classes, 1)  # half as fine as the masks
        self.marks = Marks(c)
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
        v = self.visual
        h = self.interactor.back(pyramid, self.interactor(pyramid, report))
        y = v.decoder5(v.encoder10(h[4]), h[3])
        y = v.decoder4(y, v.encoder4(h[2]))
        y = v.decoder3(y, v.encoder3(h[1]))
        out: Tensor = v.decoder2(y, v.encoder2(h[0]))
        return out

    def decoded(self, x: Tensor, pyramid: Sequence[Tensor], report: Report) -> Tensor:
        """(b, feature_size, d, h, w) at the finest resolution, after the report was read."""
        v = self.visual
        out: Tensor = v.decoder1(self.halfway(pyramid, report), v.encoder1(x))
        return out

    def masks(self, x: Tensor, report: Report | None = None) -> Tensor:
        """(b, 1, d, h, w) -> (b, classes, d, h, w) logits."""
        logits: Tensor = self.visual.out(self.decoded(x, self.pyramid(x), report or self.unread(len(x))))
        return logits

    def restored(self, x: Tensor, report: Report | None = None) -> Tensor:
        """(b, 1, d, h, w) with parts hidden -> the grey values of the whole."""
        made: Tensor = self.restore(self.decoded(x, self.pyramid(x), report or self.unread(len(x))))
        return made

    def encoded(self, x: Tensor) -> Tensor:
        """(b, 1, d, h, w) -> (b, encoding): the strongest of what is read, how findings show, and sizes."""
        pyramid = self.pyramid(x)
        halfway = self.halfway(pyramid, self.unread(len(x)))
        return self.encoding_of(pyramid, self.marks(x, halfway), self.outlines(halfway))

    def encoding_of(self, pyramid: Sequence[Tensor], marks: Tensor, outlines: Tensor) -> Tensor:
        """The same from what was found half as fine: logits of findings and classes."""
        everywhere = (2, 3, 4)
        strongest = [pyramid[level].amax(everywhere) for level in READ]
        sizes = [
            part.mean(everywhere).add(LEAST_SHARE).log() for part in (marks.sigmoid(), outlines.softmax(1))
        ]
        return torch.cat((*strongest, pyramid[READ[-1]].mean(everywhere), marks.amax(everywhere), *sizes), 1)

    def looked(self, pyramid: Sequence[Tensor], report: Report) -> Tensor:
        """(b, embedding) of sub-volumes that have read a report: what the contrast compares."""
        return normalize(self.proj_v(self.interactor(pyramid, report).mean(1)), dim=-1)

    def image_embedding(self, encodings: Tensor, present: Tensor | None = None) -> Tensor:
        """(b, units, encoding) of all sub-volumes of a study -> (b, embedding); needs no report."""
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


def _count(grid: Sequence[int]) -> int:
    return int(torch.Size(grid).numel())


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
