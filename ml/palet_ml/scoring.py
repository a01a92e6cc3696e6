"""The server's scorers on a table's trials, in numpy: for figures while training, and to hold the server against."""

import numpy as np

from . import autoencoder, backend, encoder


class Scorers:
    """Networks and what compares their outputs."""

    def __init__(self, standard, coder: dict, embedder: dict, latents, embeddings, adapter):
        self.standard, self.coder, self.embedder = standard, coder, embedder
        self.latents, self.embeddings, self.adapter = latents, embeddings, adapter

    def look(self, blocks: list) -> tuple:
        return (
            autoencoder.describe(self.coder, self.standard, blocks),
            encoder.embed(self.embedder, self.standard, blocks),
        )

    def reference(self, blocks: list) -> tuple:
        described, embedded = self.look(blocks)
        return (
            self.adapter.adapt(described),
            self.latents.place(described["latent"]),
            self.embeddings.place(embedded),
        )

    def score(self, reference: tuple, seen: tuple) -> np.ndarray:
        described, embedded = seen
        return np.array(
            [
                self.adapter.score(reference[0], described),
                self.latents.score(reference[1], self.latents.place(described["latent"])),
                self.embeddings.score(reference[2], self.embeddings.place(embedded)),
            ]
        )


def sessions_of(table, people: list, rate: int = 0) -> list:
    """Each person's sessions of one rate, as blocks."""
    found = []
    for person in people:
        own = [r.blocks for r in table.recordings if r.subject == person and r.blocks]
        found.append([blocks for blocks in own if blocks[0].rate == rate and len(blocks) > 1])
    return found


def fit(table, people: list, standard, coder: dict, embedder: dict, settings: dict) -> Scorers:
    """Directions, variances and cohorts from the training people."""
    sessions = sessions_of(table, people)
    described = [[autoencoder.describe(coder, standard, s) for s in own] for own in sessions]
    embedded = [[encoder.embed(embedder, standard, s) for s in own] for own in sessions]
    latents = backend.Places.fit(
        [[d["latent"] for d in own] for own in described], settings["latent_dims"], settings["shrinkage"]
    )
    embeddings = backend.Places.fit(embedded, settings["embedding_dims"], settings["shrinkage"])
    residuals = [np.concatenate([d["residual"] for d in own]) for own in described]
    directions, _ = backend.discriminant(residuals, settings["error_dims"], settings["error_shrinkage"])
    adapter = backend.Adapter(directions, settings["prior"], settings["linear"], None)
    longest = [max(own, key=lambda d: len(d["residual"])) for own in described]
    adapter.cohort = np.stack([adapter.adapt(d) for d in longest])
    return Scorers(standard, coder, embedder, latents, embeddings, adapter)


def run_trials(scorers: Scorers, table, people: set) -> dict:
    """Scores of the trials whose claimed and probed subjects are both among some people: name -> (mated, scores)."""
    references = {s: scorers.reference(b) for s, b in table.enrolments.items() if s in people and b}
    seen = {}
    results = {}
    for claimed, span, mated, name in table.trials:
        probe = table.probes[span]
        if claimed not in references or probe.subject not in people or not probe.blocks:
            continue
        if span not in seen:
            seen[span] = scorers.look(probe.blocks)
        results[name] = (mated, claimed, scorers.score(references[claimed], seen[span]))
    return results


def rates(results: dict, column) -> tuple:
    """Equal error rate and area of one column, or of a function of the scores."""
    value = column if callable(column) else lambda scores: scores[column]
    mated = np.array([value(s) for m, _, s in results.values() if m])
    others = np.array([value(s) for m, _, s in results.values() if not m])
    return backend.error_rates(mated, others)
