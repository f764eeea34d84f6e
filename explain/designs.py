"""Which elements each run hides: seeded mask designs. True keeps an element. Free of torch.

bernoulli   every element kept by the toss of a coin: the masks of `lime` and of Prima, bit for bit
antithetic  pairs of a mask and its opposite: interactions of two elements cancel
hadamard    orthogonal fold-over blocks: every effect is estimated as if it were alone
exact       all 2^d masks, for d <= 12
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Masks = NDArray[np.bool_]
Numbers = NDArray[np.float64]

EXACT_UP_TO = 12
SMALLEST_ORDER = 16  # leaves spare columns, from which the noise is read, to a unit of few elements


def bernoulli(elements: int, runs: int, seed: int, *, refill: bool = True) -> Masks:
    """(runs, elements) from one legacy random stream; the first run keeps all.

    `refill` keeps everything in a run that would have hidden everything, as Prima does and `lime` does not.
    """
    stream = np.random.RandomState(seed)  # the peers' masks come from this stream
    masks = stream.randint(0, 2, runs * elements).reshape(runs, elements).astype(bool)
    masks[0] = True
    if refill:
        masks[~masks.any(1)] = True
    return masks


def antithetic(elements: int, runs: int, seed: int, stream: int = 0) -> Masks:
    """(runs, elements): each mask of the first half has its opposite in the second half."""
    generator = np.random.default_rng((seed, stream))
    half = generator.integers(0, 2, ((runs + 1) // 2, elements)).astype(bool)
    return np.concatenate((half, ~half))[:runs]


def exact(elements: int) -> Masks:
    """(2^elements, elements): every mask there is."""
    if elements > EXACT_UP_TO:
        raise ValueError(f"{elements} elements have too many masks to try all")
    runs = np.arange(1 << elements)
    return (runs[:, None] >> np.arange(elements) & 1).astype(bool)


@dataclass(frozen=True, eq=False)
class HadamardBlock:
    """A fold-over of a Hadamard matrix: 2 x order runs in which all elements are orthogonal.

    Columns are drawn and flipped at random, so that every run on its own is a fair coin per element:
    an average over blocks has no bias, and no run hides or keeps everything by construction.
    """

    order: int
    columns: NDArray[np.int64]  # (elements,) the column of the matrix that each element has
    signs: NDArray[np.int64]  # (elements,) +1 or -1

    @property
    def masks(self) -> Masks:
        """(2 x order, elements): the matrix, then its opposite."""
        rows = np.arange(self.order)
        odd = np.bitwise_count(rows[:, None] & self.columns[None, :]) % 2 == 1
        half = odd == (self.signs < 0)
        return np.concatenate((half, ~half))

    def effects(self, responses: Numbers) -> Numbers:
        """(elements,) least-squares effects of being kept, by one fast Walsh-Hadamard transform."""
        return self.contrasts(responses)[self.columns] * self.signs

    def contrasts(self, responses: Numbers) -> Numbers:
        """(order,) contrast of every column, also of those that no element has: these are noise alone."""
        return walsh_hadamard(responses[: self.order] - responses[self.order :]) / self.order


def hadamard_block(elements: int, seed: int, stream: int = 0, block: int = 0) -> HadamardBlock:
    """The block numbered `block` of a named stream (one per series, so that their order does not matter)."""
    order = max(SMALLEST_ORDER, 1 << (elements - 1).bit_length()) if elements else SMALLEST_ORDER
    generator = np.random.default_rng((seed, stream, block))
    columns = generator.permutation(order)[:elements]
    return HadamardBlock(order, columns, generator.choice((-1, 1), elements))


def walsh_hadamard(values: Numbers) -> Numbers:
    """The transform by the Sylvester matrix of the same order (a power of two), in n log n steps."""
    order = len(values)
    result = values.astype(np.float64)
    width = 1
    while width < order:
        pairs = result.reshape(-1, 2, width)
        result = np.stack((pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]), axis=1).ravel()
        width *= 2
    return result
