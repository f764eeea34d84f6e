"""Bars for the pages of a report: a score against its threshold, a contribution with its error, a change."""

from __future__ import annotations

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from app.report.measures import Scale, is_measure, scale_of, scale_of_both
from app.report.page import INK, LINE, MODEL, OPPOSES, QUIET, SUPPORTS
from inference.prediction import Finding, State

TRACK = HexColor("#eceff2")


class ScoreBar(Flowable):
    """A score on a fixed scale with its threshold as a tick."""

    def __init__(self, score: float, threshold: float, reach: float, width: float = 110) -> None:
        super().__init__()
        self.score, self.threshold, self.reach = score, threshold, max(reach, 1e-9)
        self.width, self.height = width, 9

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Its own size, whatever there is."""
        return self.width, self.height

    def draw(self) -> None:
        """Track, bar from the left end, tick at the threshold."""
        canvas: Canvas = self.canv
        canvas.setFillColor(TRACK)
        canvas.roundRect(0, 2, self.width, 5, 2, stroke=0, fill=1)
        canvas.setFillColor(MODEL if self.score >= self.threshold else QUIET)
        canvas.roundRect(0, 2, max(self._x(self.score), 1), 5, 2, stroke=0, fill=1)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(1.1)
        canvas.line(self._x(self.threshold), 0.5, self._x(self.threshold), 8.5)

    def _x(self, value: float) -> float:
        share = (value + self.reach) / (2 * self.reach)
        return self.width * min(max(share, 0.0), 1.0)


class MeasureBar(Flowable):
    """A number on its physical scale: a bar, its interval as a whisker, the cut-off as a tick."""

    def __init__(self, finding: Finding, width: float = 110, *, scale: Scale | None = None) -> None:
        super().__init__()
        self.finding, self.scale = finding, scale or scale_of(finding)
        self.width, self.height = width, 9

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Its own size, whatever there is."""
        return self.width, self.height

    def draw(self) -> None:
        """Track, bar from the low end, whisker, tick."""
        canvas: Canvas = self.canv
        canvas.setFillColor(TRACK)
        canvas.roundRect(0, 2, self.width, 5, 2, stroke=0, fill=1)
        canvas.setFillColor(MODEL if self.finding.state is State.FINDING else QUIET)
        canvas.roundRect(0, 2, max(self._x(self.finding.score or 0.0), 1), 5, 2, stroke=0, fill=1)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.7)
        if self.finding.interval is not None:
            low, high = (self._x(value) for value in self.finding.interval)
            canvas.line(low, 4.5, high, 4.5)
            for x in (low, high):
                canvas.line(x, 3, x, 6)
        canvas.setLineWidth(1.1)
        tick = self._x(self.finding.target.threshold)
        canvas.line(tick, 0.5, tick, 8.5)

    def _x(self, value: float) -> float:
        return self.width * self.scale.share(value)


class ContributionBar(Flowable):
    """A signed contribution from a middle line, with its standard error; hollow when not significant."""

    def __init__(
        self,
        score: float,
        reach: float,
        *,
        error: float | None = None,
        solid: bool = True,
        width: float = 150,
    ) -> None:
        super().__init__()
        self.score, self.reach, self.error, self.solid = score, max(reach, 1e-9), error, solid
        self.width, self.height = width, 9

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Its own size, whatever there is."""
        return self.width, self.height

    def draw(self) -> None:
        """Bar from the middle, whisker of one standard error on both sides."""
        canvas: Canvas = self.canv
        middle, end = self._x(0.0), self._x(self.score)
        canvas.setStrokeColor(LINE)
        canvas.line(middle, 0, middle, 9)
        colour = SUPPORTS if self.score >= 0 else OPPOSES
        canvas.setFillColor(colour)
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(0.9)
        canvas.rect(min(middle, end), 2, max(abs(end - middle), 0.5), 5, stroke=1, fill=int(self.solid))
        if self.error is not None:
            canvas.setStrokeColor(INK)
            canvas.line(self._x(self.score - self.error), 4.5, self._x(self.score + self.error), 4.5)

    def _x(self, value: float) -> float:
        share = (value + self.reach) / (2 * self.reach)
        return self.width * min(max(share, 0.0), 1.0)


class PairedBars(Flowable):
    """The same score before and after, one bar over the other."""

    def __init__(self, before: Finding, after: Finding, reach: float, width: float = 150) -> None:
        super().__init__()
        self.bars = _pair(before, after, reach, width)
        self.width, self.height = width, 19

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Its own size, whatever there is."""
        return self.width, self.height

    def draw(self) -> None:
        """PRE above POST."""
        for bar, height in zip(self.bars, (10, 0), strict=True):
            self.canv.saveState()
            self.canv.translate(0, height)
            bar.canv = self.canv
            bar.draw()
            self.canv.restoreState()


def _pair(before: Finding, after: Finding, reach: float, width: float) -> tuple[ScoreBar | MeasureBar, ...]:
    """A measure in its unit, anything else on the scale that all scores share."""
    if is_measure(after.target):
        scale = scale_of_both(before, after)
        return tuple(MeasureBar(finding, width, scale=scale) for finding in (before, after))
    threshold = after.target.threshold
    return tuple(ScoreBar(finding.score or 0.0, threshold, reach, width) for finding in (before, after))
