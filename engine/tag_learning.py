"""From the examples that a person gave a tag, and the library around them, to what was learned: see `personal_tags`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.embedding import Embedder
from engine.library import Library
from engine.library_rows import Order, Scope
from engine.personal_tags import STRANGERS, PersonalTag, learn
from engine.random_files import RandomFiles
from engine.stored_embeddings import FileEmbeddings
from engine.tag_examples import ExamplesOfTag, TagExample


@dataclass(frozen=True)
class LearnedFromExamples:
    """What a tag learned; `unheard` : so many examples the network has not listened to, and they were left out."""

    tag: PersonalTag
    unheard: int


class TagLearner:
    """Learns the personal tags of one library with one network."""

    def __init__(self, library: Library, embedder: Embedder) -> None:
        self._library = library
        self._embedder = embedder
        self._random_files = RandomFiles(library, embedder.checkpoint_id, STRANGERS)

    def learn(self, name: str, examples: ExamplesOfTag) -> LearnedFromExamples:
        """From examples of which there may be none. Raises UnusableLibrary."""
        likes, unlikes = self._heard(examples.likes), self._heard(examples.unlikes)
        (name_vector,) = self._embedder.embed_text([name])
        known = {one.file_id for one in examples.likes + examples.unlikes}.union(self.tagged(name))
        tag = learn(name_vector, likes, unlikes, self._random_files.heard(without=known))
        return LearnedFromExamples(tag, len(examples.likes + examples.unlikes) - len(likes + unlikes))

    def learn_stored(self) -> dict[str, PersonalTag]:
        """All personal tags that have an example, by name."""
        examples = {name: self._library.tag_examples.of(name) for name in self._library.tag_examples.names()}
        return {name: self.learn(name, given).tag for name, given in examples.items() if given.likes or given.unlikes}

    def tagged(self, name: str) -> list[int]:
        """The files that a person gave the tag."""
        ids: list[int] = self._library.listing(Scope(tags=(name,)), Order("added")).tolist()
        return ids

    def _heard(self, examples: Sequence[TagExample]) -> list[FileEmbeddings]:
        """What is stored of them."""
        files = self._library.files(example.file_id for example in examples)
        heard = []
        for example in examples:
            stored = self._library.embeddings_of(example.file_id, self._embedder.checkpoint_id)
            if stored is not None and example.file_id in files:
                part = stored.part(
                    example.start_s,
                    math.inf if example.end_s is None else example.end_s,
                    segment_s=self._embedder.segment_s,
                    duration_s=files[example.file_id].duration_s or 0.0,
                )
                heard += [part] if part is not None else []
        return heard
