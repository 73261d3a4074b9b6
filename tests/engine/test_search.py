from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import candidates
from engine.background import Background, score_of
from engine.embedding import Embedder
from engine.errors import EngineError, UnreadableAudio
from engine.evidence import best_span
from engine.hits import Hit
from engine.indexing import index_folders
from engine.library import Library
from engine.library_rows import Scope
from engine.query import EmptyQuery
from engine.question import Question
from engine.search import Searcher
from engine.text_index import query_words
from engine.vector_index import VectorIndex

WriteSound = Callable[..., Path]
Listen = Callable[[], Searcher]

# --- searching --------------------------------------------------------------------------------------------------------


@pytest.fixture
def listen(library: Library, sounds: Path, tone_embedder: Embedder) -> Listen:
    """Index `sounds` with the network of tones, and search it."""

    def index_and_search() -> Searcher:
        index_folders(library, tone_embedder, [sounds])
        return open_searcher(library, tone_embedder)

    return index_and_search


def open_searcher(library: Library, embedder: Embedder) -> Searcher:
    return Searcher(library, VectorIndex(library.index_db, embedder.checkpoint_id), embedder)


def names(hits: list[Hit]) -> list[str]:
    return [hit.path.name for hit in hits]


def test_file_that_sounds_like_the_sentence_comes_first_with_its_moment(
    listen: Listen, sounds: Path, write_sound: WriteSound
) -> None:
    for number, hz in enumerate((300, 700, 1300, 2600, 3400)):
        write_sound(sounds / f"{number}.wav", hz=hz, seconds=3)
    # five seconds of other tones, 2 s of 2000 Hz, and 3 s more
    write_sound(sounds / "mixed.wav", hz=[1000, 1000, 1000, 1000, 1000, 2000, 2000, 600, 600, 600], seconds=1)
    best = listen().search("a tone of 2000 Hz")[0]
    assert best.path == sounds / "mixed.wav"
    assert (best.start_s, best.end_s) == (5.0, 7.0)
    assert best.duration_s == 10.0
    assert best.words == ()
    (clause,) = best.clauses
    assert clause.text == "a tone of 2000 Hz"
    assert (clause.start_s, clause.end_s) == (5.0, 7.0)
    assert clause.score == best.score > 0.5


def test_lasting_sound_gives_its_whole_stretch(listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    write_sound(sounds / "long.wav", hz=2000, seconds=7.3)
    write_sound(sounds / "other.wav", hz=500, seconds=7)
    best = listen().search("2000 Hz")[0]
    assert (best.start_s, best.end_s) == (0.0, best.duration_s)


def test_sound_and_name_together_beat_each_alone(listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    write_sound(sounds / "beep 2000 Hz.wav", hz=2000, seconds=2)
    write_sound(sounds / "untitled.wav", hz=2000, seconds=2.5)
    write_sound(sounds / "not 2000 Hz.wav", hz=500, seconds=2)
    for number in range(20):
        write_sound(sounds / f"other{number}.wav", hz=90 * number + 130, seconds=1.2)
    hits = listen().search("2000 Hz")
    assert names(hits)[:3] == ["beep 2000 Hz.wav", "untitled.wav", "not 2000 Hz.wav"]
    assert [hit.words for hit in hits[:3]] == [("2000", "Hz"), (), ("2000", "Hz")]
    # what was heard is told apart from what is said
    assert hits[0].clauses[0].score == pytest.approx(hits[1].clauses[0].score, abs=0.02)
    assert hits[2].clauses[0].score < 0.1 < hits[2].score


def test_stop_words_count_for_nothing(listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    write_sound(sounds / "the.wav", hz=500, seconds=2)
    write_sound(sounds / "x.wav", hz=2000, seconds=2.5)
    hits = listen().search("the 2000 Hz")
    assert names(hits) == ["x.wav", "the.wav"]
    assert hits[1].words == ()


def test_more_of_the_words_count_more(listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    write_sound(sounds / "large wooden door.wav", seconds=1)
    write_sound(sounds / "door.wav", seconds=2)
    write_sound(sounds / "window.wav", seconds=3)
    assert names(listen().search("wooden door")) == ["large wooden door.wav", "door.wav", "window.wav"]


def test_tags_of_a_person_are_found(listen: Listen, library: Library, sounds: Path, write_sound: WriteSound) -> None:
    path = write_sound(sounds / "a.wav", hz=400, seconds=1)
    write_sound(sounds / "b.wav", hz=400, seconds=2)
    searcher = listen()
    file = library.file_at(path)
    assert file is not None
    library.add_tag([file.id], "Doorbell")
    hits = searcher.search("doorbell")
    assert (names(hits)[0], hits[0].words) == ("a.wav", ("doorbell",))


def test_answers_are_the_same_every_time(listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    for number in range(12):
        write_sound(sounds / f"{number}.wav", hz=2000, seconds=1 + number / 10)
    first = listen().search("2000 Hz")
    assert listen().search("2000 Hz") == first
    assert [hit.score for hit in first] == sorted((hit.score for hit in first), reverse=True)


def test_limit_is_kept_and_can_be_more_than_there_are(listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    for number in range(5):
        write_sound(sounds / f"{number}.wav", hz=300 * number + 200, seconds=1)
    searcher = listen()
    assert len(searcher.search("noise", limit=2)) == 2
    assert len(searcher.search("noise", limit=1_000)) == 5


def test_empty_library_has_no_hits(listen: Listen) -> None:
    assert listen().search("dog barking") == []


def test_empty_query_is_refused(listen: Listen) -> None:
    with pytest.raises(EmptyQuery):
        listen().search(" \n")


@pytest.mark.parametrize("query", ['"', "don't", "kick-drum", "909.wav", "a AND (b", "NEAR/2", "*", "\0", "é" * 5000])
def test_no_query_can_break_the_search(query: str, listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    write_sound(sounds / "a.wav")
    if query != "\0":
        assert len(listen().search(query)) == 1


def test_files_that_went_are_not_shown(listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    gone = write_sound(sounds / "gone 2000 Hz.wav", hz=2000, seconds=2)
    write_sound(sounds / "here.wav", hz=2000, seconds=3)
    searcher = listen()
    gone.unlink()
    assert names(searcher.search("2000 Hz")) == ["here.wav"]  # before anything noticed
    assert names(listen().search("2000 Hz")) == ["here.wav"]  # and after


def test_files_of_a_drive_that_is_not_there_are_still_found(
    listen: Listen, sounds: Path, write_sound: WriteSound
) -> None:
    write_sound(sounds / "a.wav", hz=2000, seconds=2)
    searcher = listen()
    os.rename(sounds, sounds.with_name("unplugged"))
    assert names(searcher.search("2000 Hz")) == ["a.wav"]


def test_unreadable_files_are_not_shown(listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    (sounds / "broken door.wav").write_text("not sound")
    write_sound(sounds / "door.wav")
    assert names(listen().search("broken door")) == ["door.wav"]


def test_file_that_this_network_has_not_heard_is_found_by_its_words_alone(
    listen: Listen, library: Library, sounds: Path, tone_embedder: Embedder, write_sound: WriteSound
) -> None:
    write_sound(sounds / "door.wav", hz=2000, seconds=2)
    listen()
    deaf = Embedder(tone_embedder.network, "another-checkpoint")
    searcher = open_searcher(library, deaf)
    (hit,) = searcher.search("door 2000 Hz")
    assert (hit.words, hit.start_s, hit.end_s) == (("door",), 0.0, 2.0)
    assert searcher.search("2000 Hz") == []


def test_file_with_damaged_embeddings_is_still_found_by_its_words(
    listen: Listen, library: Library, sounds: Path, tone_embedder: Embedder, write_sound: WriteSound
) -> None:
    write_sound(sounds / "door.wav", hz=2000, seconds=2)
    listen()
    with library.index_db.atomic():
        library.index_db.execute("UPDATE embedding SET crc = crc + 1")
    assert names(open_searcher(library, tone_embedder).search("door 2000 Hz")) == ["door.wav"]


def scored_plainly(library: Library, embedder: Embedder, sentence: str) -> list[tuple[str, float, float, float]]:
    """How a question of one sound has been answered since there are questions: every file, one after another."""
    index = VectorIndex(library.index_db, embedder.checkpoint_id)
    vector = embedder.embed_text([sentence])
    ids, (clips,) = index.clip_scores(vector)
    of_segments, of_clips = Background.of(index.background(vector)[0]), Background.of(clips)
    words = {hit.file_id: len(hit.words) for hit in library.search_text(sentence, 1000)}
    rows = []
    for file_id, clip in zip(ids.tolist(), clips, strict=True):
        (similarities,) = index.segment_scores(file_id, vector)
        z = float(of_segments.z(similarities.max()) + of_clips.z(clip)) / 2
        z += 3.0 * words.get(file_id, 0) / len(query_words(sentence))
        start_s, end_s = (embedder.segment_s * at for at in best_span(of_segments.z(similarities)))
        file = library.file(file_id)
        assert file is not None
        rows.append((-z, file_id, (file.path.name, score_of(z), start_s, min(end_s, file.duration_s or 0.0))))
    return [row for _, _, row in sorted(rows)]


@pytest.mark.parametrize("sentence", ["2000 Hz", "a tone of 440 Hz", "low", "noise and silence 300 Hz", "door"])
def test_question_of_one_sound_is_answered_as_ever(
    sentence: str, listen: Listen, library: Library, sounds: Path, tone_embedder: Embedder, write_sound: WriteSound
) -> None:
    for number in range(25):
        write_sound(sounds / f"{number}.wav", hz=[150 * number + 90, 2000, 37 * number + 400][: number % 3 + 1])
    write_sound(sounds / "door 2000 Hz.wav", seconds=2.2)
    answer = listen().find(Question(f"{{{sentence}}}"), limit=50)
    found = [(hit.path.name, hit.score, hit.start_s, hit.end_s) for hit in answer.hits]
    plain = scored_plainly(library, tone_embedder, sentence)
    assert [row[0] for row in found] == [row[0] for row in plain]
    assert [value for row in found for value in row[1:]] == pytest.approx([value for row in plain for value in row[1:]])
    assert {hit.order_margin for hit in answer.hits} == {None}


# --- in a part of the library -----------------------------------------------------------------------------------------


def test_only_files_of_the_scope_answer_and_they_score_as_they_would_among_all(
    listen: Listen, sounds: Path, write_sound: WriteSound
) -> None:
    for number in range(12):
        write_sound(sounds / f"many/{number} 2000 Hz.wav", hz=2000, seconds=2 + number / 10)
    write_sound(sounds / "few/low.wav", hz=400, seconds=2)
    write_sound(sounds / "few/high 2000 Hz.wav", hz=2000, seconds=2)
    searcher = listen()
    few = Scope(folder=sounds / "few")
    hits = searcher.search("2000 Hz", scope=few)
    assert names(hits) == ["high 2000 Hz.wav", "low.wav"]
    assert [hit for hit in searcher.search("2000 Hz") if hit.path.parent.name == "few"] == hits
    assert searcher.search("2000 Hz", scope=Scope(tags=("none",))) == []


def test_a_file_of_a_small_scope_is_found_though_the_nearest_all_lie_elsewhere(
    listen: Listen, sounds: Path, write_sound: WriteSound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "CANDIDATE_FILES", 1)
    monkeypatch.setattr(candidates, "NEAREST_SEGMENTS", 3)
    for number in range(8):
        write_sound(sounds / f"many/{number}.wav", hz=2000, seconds=2 + number / 10)
    write_sound(sounds / "few/low.wav", hz=400, seconds=2)
    write_sound(sounds / "few/mostly low.wav", hz=[400] * 7 + [1990], seconds=2)
    searcher, few = listen(), Scope(folder=sounds / "few")
    (hit,) = searcher.search("2000 Hz", limit=1, scope=few)
    assert (hit.path.name, hit.start_s) == ("mostly low.wav", 14.0)
    monkeypatch.setattr(candidates, "NEAREST_SEGMENTS", 1000)
    monkeypatch.setattr(candidates, "SCOPE_FILES", 1)  # as in a scope that is not small
    assert searcher.search("2000 Hz", limit=1, scope=few) == [hit]


def test_similar_files_of_a_scope(listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    example = write_sound(sounds / "few/example.wav", hz=2000, seconds=2)
    write_sound(sounds / "few/other.wav", hz=500, seconds=2)
    write_sound(sounds / "many/same.wav", hz=2000, seconds=3)
    searcher = listen()
    assert names(searcher.similar(example, scope=Scope(folder=sounds / "few"))) == ["other.wav"]
    assert names(searcher.similar(example, scope=Scope(folder=sounds / "many"))) == ["same.wav"]


# --- by example -------------------------------------------------------------------------------------------------------


def test_similar_files_come_first_and_the_example_is_left_out(
    listen: Listen, sounds: Path, write_sound: WriteSound
) -> None:
    example = write_sound(sounds / "example.wav", hz=2000, seconds=2)
    write_sound(sounds / "same pitch.wav", hz=2010, seconds=3)
    write_sound(sounds / "two pitches.wav", hz=[500, 2000], seconds=2)
    write_sound(sounds / "other.wav", hz=500, seconds=2)
    hits = listen().similar(example)
    assert names(hits) == ["same pitch.wav", "two pitches.wav", "other.wav"]
    assert (hits[0].start_s, hits[0].end_s) == (0.0, 3.0)
    assert (hits[1].start_s, hits[1].end_s) == (2.0, 4.0)
    assert hits[0].clauses[0].text == "like example.wav"


def test_part_of_a_file_can_be_the_example(listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    example = write_sound(sounds / "example.wav", hz=[500, 2000, 3000], seconds=2)
    write_sound(sounds / "low.wav", hz=500, seconds=2)
    write_sound(sounds / "middle.wav", hz=2000, seconds=2)
    write_sound(sounds / "high.wav", hz=3000, seconds=2)
    searcher = listen()
    assert names(searcher.similar(example, 0.0, 2.0))[0] == "low.wav"
    assert names(searcher.similar(example, 2.1, 3.9))[0] == "middle.wav"
    assert names(searcher.similar(example, 4.0))[0] == "high.wav"
    assert names(searcher.similar(example, 4.0, 1e9))[0] == "high.wav"


def test_any_file_can_be_the_example(listen: Listen, sounds: Path, tmp_path: Path, write_sound: WriteSound) -> None:
    write_sound(sounds / "low.wav", hz=500, seconds=2)
    write_sound(sounds / "high.wav", hz=3000, seconds=2)
    stranger = write_sound(tmp_path / "elsewhere.flac", hz=[3000, 500], seconds=1)
    searcher = listen()
    assert names(searcher.similar(stranger, end_s=1.0)) == ["high.wav", "low.wav"]
    assert names(searcher.similar(stranger, start_s=1.0)) == ["low.wav", "high.wav"]


def test_example_of_an_offline_drive_is_known_by_what_is_stored(
    listen: Listen, sounds: Path, write_sound: WriteSound
) -> None:
    example = write_sound(sounds / "example.wav", hz=2000, seconds=2)
    write_sound(sounds / "same.wav", hz=2000, seconds=3)
    searcher = listen()
    os.rename(sounds, sounds.with_name("unplugged"))
    assert names(searcher.similar(example)) == ["same.wav"]


def test_impossible_examples_are_refused_in_one_sentence(
    listen: Listen, sounds: Path, tmp_path: Path, write_sound: WriteSound
) -> None:
    inside = write_sound(sounds / "inside.wav", seconds=2)
    outside = write_sound(tmp_path / "outside.wav", seconds=2)
    text = tmp_path / "text.wav"
    text.write_text("not sound")
    searcher = listen()
    for path in (inside, outside):
        for start_s in (2.0, 2.1, 1e12):
            with pytest.raises(EngineError, match="has no sound after"):
                searcher.similar(path, start_s)
    for path in (text, tmp_path / "nowhere.wav", tmp_path):
        with pytest.raises(UnreadableAudio):
            searcher.similar(path)
    with pytest.raises(ValueError, match="less than"):
        searcher.similar(inside, 1.0, 1.0)
    with pytest.raises(ValueError, match="not be negative"):
        searcher.similar(inside, -1.0)


def test_example_without_a_library_to_search_has_no_hits(
    listen: Listen, tmp_path: Path, write_sound: WriteSound
) -> None:
    assert listen().similar(write_sound(tmp_path / "a.wav")) == []
