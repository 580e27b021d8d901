"""Utterances as the field distributes them: pickles of features, tables of words."""

from mer_core.datasets.utterances.collection import TASKS, Utterances, UtteranceSet

__all__ = ["TASKS", "UtteranceSet", "Utterances"]
