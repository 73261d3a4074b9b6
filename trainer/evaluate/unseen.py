"""Labels that no training caption names: can their sounds still be told apart?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.figures import Row, Table, figure
from trainer.evaluate.systems import Sounds, System
from trainer.evaluate.zero_shot import class_vectors, hits, prompts_for


def unseen_table(systems: Sequence[System], sounds: Sounds) -> Table:
    """Zero-shot accuracy over the labels of `sounds`: all their clips must have been left out of training."""
    labels = sorted({clip.label for clip in sounds.clips})
    truth = np.array([labels.index(clip.label) for clip in sounds.clips])
    recordings = [recording_of(clip) for clip in sounds.clips]
    rows = []
    for system in systems:
        correct = hits(sounds.clips_heard_by(system), class_vectors(system.read(prompts_for(labels))), truth)
        of_each_label = np.bincount(truth, weights=correct) / np.bincount(truth)
        rows.append(Row(system.name, (figure(correct, recordings), figure(of_each_label, labels))))
    note = f"unseen labels: {len(truth)} clips from {len(set(recordings))} recordings, {len(labels)}-way"
    columns = ("accuracy", "mean over labels")
    return Table("unseen labels", columns, tuple(rows), (note, "in brackets: 95 % bootstrap over recordings; labels"))
