"""From the examples that a person gave a tag, and the library around them, to what was learned: see `personal_tags`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from engine.embedding import Embedder
from engine.library import Library
from engine.library_rows import Order, Scope
from engine.personal_tags import STRANGERS, PersonalTag, at_home, learn
from engine.random_files import RandomFiles
from engine.stored_embeddings import FileEmbeddings
from engine.tag_examples import ExamplesOfTag, TagExample
from engine.tag_sets import learned_from_json


@dataclass(frozen=True)
class LearnedFromExamples:
    """What a tag learned.

    unheard : so many examples the network has not listened to, and they were left out
    elsewhere : it learned that in another library, and `tag.quality` tells how it did there
    """

    tag: PersonalTag
    unheard: int
    elsewhere: bool = False


class TagLearner:
    """Learns the personal tags of one library with one network."""

    def __init__(self, library: Library, embedder: Embedder) -> None:
        self._library = library
        self._embedder = embedder
        self._random_files = RandomFiles(library, embedder.checkpoint_id, STRANGERS)

    def learn(self, name: str, examples: ExamplesOfTag) -> LearnedFromExamples:
        """From examples of which there may be none. Where none that is like the tag can be heard, it goes by what it
        learned elsewhere, if anything: what it is not says too little. Raises UnusableLibrary.
        """
        likes, unlikes = self._heard(examples.likes), self._heard(examples.unlikes)
        unheard = len(examples.likes + examples.unlikes) - len(likes + unlikes)
        known = {one.file_id for one in examples.likes + examples.unlikes}.union(self.tagged(name))
        strangers = self._random_files.heard(without=known)
        elsewhere = None if likes else self._learned_elsewhere(name)
        if elsewhere is not None:
            return LearnedFromExamples(at_home(elsewhere, strangers), unheard, elsewhere=True)
        (name_vector,) = self._embedder.embed_text([name])
        return LearnedFromExamples(learn(name_vector, likes, unlikes, strangers), unheard)

    def learn_stored(self, names: Iterable[str] | None = None) -> dict[str, PersonalTag]:
        """The personal tags of these names, or all, by name; without those that have nothing to learn from."""
        known = self._library.tag_examples
        learned = {}
        for name in known.names() if names is None else names:
            examples = known.of(name)
            if examples.likes or examples.unlikes or self._learned_elsewhere(name) is not None:
                learned[name] = self.learn(name, examples).tag
        return learned

    def tagged(self, name: str) -> list[int]:
        """The files that a person gave the tag."""
        ids: list[int] = self._library.listing(Scope(tags=(name,)), Order("added")).tolist()
        return ids

    def _learned_elsewhere(self, name: str) -> PersonalTag | None:
        """With this network."""
        text = self._library.tag_examples.learned_elsewhere(name).get(self._embedder.checkpoint_id, "")
        with suppress(ValueError):
            tag = learned_from_json(text)
            return tag if len(tag.scorer.weights) == self._embedder.dim else None
        return None

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
