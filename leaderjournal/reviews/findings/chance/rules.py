"""Whether two groups of scores differ by more than chance would make."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from leaderjournal.reviews.summaries.rules import ScoreSum

MIN_SCORES = 10
"""Scores that each of two months needs: with fewer, two days decide how a month looks."""
LEAST_CHANGE = 0.5
"""A smaller change is not worth a sentence, however certain: half a step of the scale of five."""
CRITICAL_T = 2.6
"""How many standard errors a change must have.

Three keys are compared each month. At 5 % for all three together, each has 1.7 % (Bonferroni),
which Student's t of two groups of ten exceeds at 2.6. So chance alone makes a sentence in one month
of twenty at most.
"""
LEAST_VARIANCE = 0.25
"""Scores are whole: ten threes do not mean that the next one is a three without any doubt."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How many scores there are, their mean and their sample variance, at least LEAST_VARIANCE."""

    count: int
    mean: float
    variance: float

    @classmethod
    def from_sum(cls, sums: ScoreSum) -> "Sample":
        """Return the sample of scores of which only the sums are known."""
        return cls._build(sums.count, sums.total, sums.squares)

    @classmethod
    def from_values(cls, values: Sequence[float]) -> "Sample":
        """Return the sample of `values`."""
        return cls._build(len(values), sum(values), sum(value * value for value in values))

    @classmethod
    def _build(cls, count: int, total: float, squares: float) -> "Sample":
        mean = total / count if count else 0.0
        spread = (squares - total * mean) / (count - 1) if count > 1 else 0.0
        return cls(count, mean, max(LEAST_VARIANCE, spread))


def compute_t(before: Sample, after: Sample) -> float:
    """Return by how many standard errors the mean of `after` lies above that of `before`.

    This is the statistic of B. L. Welch (Biometrika 34, 1947), which does not take both groups to
    vary alike. Neither may be empty.
    """
    error = before.variance / before.count + after.variance / after.count
    return (after.mean - before.mean) / sqrt(error)


def is_beyond_chance(
    before: Sample,
    after: Sample,
    *,
    critical: float = CRITICAL_T,
    least_scores: int = MIN_SCORES,
    least_change: float = LEAST_CHANGE,
) -> bool:
    """Tell whether two groups of scores differ enough to say so."""
    if min(before.count, after.count) < max(1, least_scores):
        return False
    difference = abs(after.mean - before.mean)
    return difference >= least_change and abs(compute_t(before, after)) >= critical
