"""From what a network says of windows to a score: the parts that the server has too, fitted here.

Nothing of a subject is trained by gradients. A place is a mean of projected vectors, compared by probabilistic linear
discriminant analysis in its diagonal form (Ioffe 2006): a log-likelihood ratio as it stands. An adapter is a ridge regression in
closed form, normalised against the adapters of the training people.
"""

from dataclasses import dataclass

import numpy as np

DIRECTION_MAX = 4.0
NEAREST_SHARE = 0.25
SPREAD_FLOOR = 1e-3
NORMALISED_MAX = 12.0
# Windows that an enrolment is worth: its windows are not independent.
ENROLMENT_WINDOWS = 3.0
STROKE_MAX = 6.0


def discriminant(groups: list, dims: int, shrinkage: float) -> tuple:
    """Directions `[inputs, dims]` along which people differ most, whitened within people, and the centre's
    projection. `groups` holds each person's vectors."""
    means = np.stack([g.mean(0) for g in groups])
    within = sum(((g - m).T @ (g - m)) for g, m in zip(groups, means)) / sum(len(g) for g in groups)
    between = np.cov(means.T, bias=True)
    within = (1 - shrinkage) * within + shrinkage * np.eye(len(within)) * np.trace(within) / len(within)
    values, vectors = np.linalg.eigh(within)
    white = vectors / np.sqrt(values)
    _, turned = np.linalg.eigh(white.T @ between @ white)
    directions = white @ turned[:, ::-1][:, :dims]
    directions *= np.sign(directions[np.abs(directions).argmax(0), np.arange(dims)])
    return directions.astype(np.float32), (means.mean(0) @ directions).astype(np.float32)


def normalised(own: np.ndarray, cohort: np.ndarray) -> np.ndarray:
    """T-norm against the nearest part of the cohort. `cohort` is `[people, probes]`."""
    count = max(2, int(len(cohort) * NEAREST_SHARE))
    nearest = np.sort(cohort, axis=0)[::-1][:count]
    score = (own - nearest.mean(0)) / (nearest.std(0) + SPREAD_FLOOR)
    return np.clip(score, -NORMALISED_MAX, NORMALISED_MAX)


@dataclass
class Places:
    """Vectors of windows as places among people."""

    directions: np.ndarray
    centre: np.ndarray
    within: np.ndarray
    between: np.ndarray

    @classmethod
    def fit(cls, people: list, dims: int, shrinkage: float, probe: int = 4) -> "Places":
        """`people` holds each person's sessions, a session is vectors in the order of its windows."""
        groups = [_probes(sessions, probe) for sessions in people]
        directions, centre = discriminant(groups, dims, shrinkage)
        places = [g @ directions - centre for g in groups]
        means = np.stack([p.mean(0) for p in places])
        within = sum(((p - m) ** 2).sum(0) for p, m in zip(places, means))
        within = within / (sum(len(p) for p in places) - len(places)) + 0.05
        between = np.maximum(means.var(0) - within / np.mean([len(p) for p in places]), 0.05)
        return cls(directions, centre, within.astype(np.float32), between.astype(np.float32))

    def place(self, vectors: np.ndarray) -> np.ndarray:
        return vectors.mean(0) @ self.directions - self.centre

    def score(self, reference: np.ndarray, probe: np.ndarray) -> float:
        """ln(p(probe | reference) / p(probe | anybody)), each direction clipped."""
        trust = self.between / (self.between + self.within / ENROLMENT_WINDOWS)
        own = self.between * (1 - trust) + self.within
        anybody = self.between + self.within
        away = probe - trust * reference
        each = 0.5 * np.log(anybody / own) - 0.5 * away**2 / own + 0.5 * probe**2 / anybody
        return float(np.clip(each, -DIRECTION_MAX, DIRECTION_MAX).sum())


def _probes(sessions: list, probe: int) -> np.ndarray:
    parts = []
    for vectors in sessions:
        for at in range(0, max(len(vectors) - probe + 1, 1), probe):
            parts.append(vectors[at : at + probe].mean(0))
    return np.stack(parts)


@dataclass
class Adapter:
    """The subject's part of an autoencoder: the last layer's change that explains the subject's residuals best,
    drawn to none. With it the subject's error is the population's error after the change."""

    directions: np.ndarray  # [FEATURES, dims], residuals to discriminant directions
    prior: float
    linear: bool  # whether the change depends on the decoder's state, or is a shift
    cohort: np.ndarray  # [people, states + 1, dims]

    def sums(self, described: dict) -> tuple:
        states = described["states"] if self.linear else described["states"][:, :0]
        states = np.concatenate([states, np.ones((len(states), 1), np.float32)], 1)
        return states, described["residual"] @ self.directions

    def adapt(self, described: dict) -> np.ndarray:
        states, places = self.sums(described)
        square = states.T @ states + self.prior * np.eye(states.shape[1])
        return np.linalg.solve(square.astype(np.float64), states.T @ places).astype(np.float32)

    def ratio(self, changes: np.ndarray, described: dict) -> np.ndarray:
        """Mean over strokes of half the population's squared error less the subject's. `changes` is
        `[people, states + 1, dims]`."""
        states, places = self.sums(described)
        left = places[None] - states[None] @ changes
        each = 0.5 * ((places**2).sum(-1)[None] - (left**2).sum(-1))
        return np.clip(each, -STROKE_MAX, STROKE_MAX).mean(-1)

    def score(self, change: np.ndarray, described: dict) -> float:
        own = self.ratio(change[None], described)
        return float(normalised(own, self.ratio(self.cohort, described)[:, None])[0])


def missed(mated: np.ndarray, others: np.ndarray) -> float:
    """FNMR at the threshold that one in a hundred of the others passes."""
    threshold = np.sort(others)[::-1][max(int(len(others) * 0.01) - 1, 0)]
    return float((mated <= threshold).mean())


def error_rates(mated: np.ndarray, nonmated: np.ndarray) -> tuple:
    """Equal error rate and area under the curve."""
    scores = np.concatenate([mated, nonmated])
    labels = np.concatenate([np.ones(len(mated)), np.zeros(len(nonmated))])
    order = np.argsort(scores, kind="stable")
    labels = labels[order]
    fnmr = np.cumsum(labels) / len(mated)
    fmr = 1 - np.cumsum(1 - labels) / len(nonmated)
    at = np.argmin(np.abs(fnmr - fmr))
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    area = (ranks[: len(mated)].sum() - len(mated) * (len(mated) + 1) / 2) / (len(mated) * len(nonmated))
    return float((fnmr[at] + fmr[at]) / 2), float(area)
