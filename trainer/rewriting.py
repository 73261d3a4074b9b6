"""A language model of the user's own that writes prompts: what a kind of sound sounds like, and where it is heard.

Off unless asked for: `resources/ontology` needs none of it. Two stages, as in ReCLAP (seeds R05): acoustic descriptions
of a label, then captions of scenes in which a sound of each description is heard. A model is a folder of transformers,
loaded without executing anything that it holds, or an address that speaks OpenAI's protocol; nothing but that address
is ever connected to. Answers are kept, so that nothing is asked twice.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from engine.errors import display_path
from engine.ontology import SoundKind, sound_kinds
from engine.safe_files import write_over
from trainer.errors import TrainerError

TEXTS = 4  # descriptions, and as many scenes: as many as the ontology has
LONGEST_TEXT, LONGEST_ANSWER_BYTES = 200, 1 << 20
TIMEOUT_S = 120.0
NEW_TOKENS = 400

log = logging.getLogger(__name__)

DESCRIBE = """Kind of sound: {name}. Also called: {others}.
Write {count} short acoustic descriptions of it: pitch, timbre, loudness, rhythm, attack, decay. Never name the sound.
Examples for "bicycle bell": "metallic ring", "high-pitched, tinkling chime".
Answer with a JSON array of {count} strings and nothing else."""
PLACE = """Kind of sound: {name}. It can sound like this:
{descriptions}
Write {count} captions, one for each line, of at most 15 words: an everyday scene in which such a sound is heard.
Answer with a JSON array of {count} strings and nothing else."""


class UselessAnswer(TrainerError):
    """A model answered something else than it was asked for."""


class Rewriter(Protocol):
    """`name` says which model answers, so that kept answers are told apart. Raises TrainerError."""

    name: str

    def answer(self, question: str) -> str: ...


class TransformersRewriter:
    """A text-generation model in a folder, with safetensors for weights."""

    def __init__(self, folder: Path) -> None:
        """Raises TrainerError."""
        from transformers import AutoModelForCausalLM, AutoTokenizer

        if not folder.is_dir():
            raise TrainerError(f"There is no text-generation model in {display_path(folder)}: there is no such folder.")
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self._model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, use_safetensors=True)
        except (OSError, ValueError, KeyError) as error:
            raise TrainerError(
                f"{display_path(folder)} holds no text-generation model that transformers can load from safetensors."
            ) from error
        self._model.eval()
        self.name = f"transformers:{_digest_of_folder(folder)}"

    def answer(self, question: str) -> str:
        tokens = self._tokens(question)
        try:
            written = self._model.generate(**tokens, max_new_tokens=NEW_TOKENS, do_sample=False)
        except (IndexError, ValueError, RuntimeError) as error:  # a question may be longer than it can read
            raise TrainerError(f"The text-generation model failed at a question: {error}.") from error
        return str(self._tokenizer.decode(written[0, tokens["input_ids"].shape[1] :], skip_special_tokens=True))

    def _tokens(self, question: str) -> Any:
        """As the model was taught to be asked; a template brings the marks of its own."""
        has_template = bool(self._tokenizer.chat_template)
        if has_template:
            said = [{"role": "user", "content": question}]
            question = self._tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True)
        return self._tokenizer(
            question, return_tensors="pt", return_token_type_ids=False, add_special_tokens=not has_template
        )


def _digest_of_folder(folder: Path) -> str:
    """Another model in the same place is another model."""
    stats = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(folder.iterdir())]
    return hashlib.sha256(repr(stats).encode()).hexdigest()[:16]


class EndpointRewriter:
    """An address like http://localhost:8080/v1 at which a server answers `chat/completions`.

    No proxy is used and no redirection followed: the connection goes where the user said, or there is none.
    """

    def __init__(self, address: str, model: str, key: str = "") -> None:
        """key : sent as a bearer token, unless it is empty. Raises TrainerError."""
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise TrainerError(f"{address} is no address that begins with http:// or https://.")
        self.name = f"{address} {model}"
        self._address = address.rstrip("/")
        self._model = model
        self._key = key
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirection())

    def answer(self, question: str) -> str:
        said = {"model": self._model, "temperature": 0, "messages": [{"role": "user", "content": question}]}
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self._key}"} if self._key else {})
        request = urllib.request.Request(f"{self._address}/chat/completions", json.dumps(said).encode(), headers)
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as response:
                answered = response.read(LONGEST_ANSWER_BYTES + 1)
        except urllib.error.HTTPError as error:
            error.close()
            raise TrainerError(
                f"{self._address} refused the question: {error.code} {display_path(str(error.reason))}."
            ) from error
        except (OSError, HTTPException) as error:  # URLError is an OSError
            raise TrainerError(
                f"{self._address} did not answer: {display_path(str(getattr(error, 'reason', error)))}."
            ) from error
        try:
            content = json.loads(answered)["choices"][0]["message"]["content"]
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise TrainerError(f"{self._address} does not answer as OpenAI's protocol says.") from error
        return str(content)


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True)
class KeptAnswers:
    """The answers to questions that were asked before, each in a file named by the hash of model and question."""

    folder: Path

    def get(self, rewriter: Rewriter, question: str) -> str | None:
        try:
            kept = json.loads(self._file(rewriter, question).read_text(encoding="utf-8"))
            return str(kept["answer"])
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def put(self, rewriter: Rewriter, question: str, answer: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = {"model": rewriter.name, "question": question, "answer": answer}
        write_over(self._file(rewriter, question), json.dumps(kept, indent=1).encode())

    def _file(self, rewriter: Rewriter, question: str) -> Path:
        asked = hashlib.sha256("\n".join([rewriter.name, question]).encode())
        return self.folder / f"{asked.hexdigest()[:32]}.json"


def rewritten(kind: SoundKind, rewriter: Rewriter, answers: KeptAnswers, count: int = TEXTS) -> SoundKind:
    """The kind with descriptions and scenes by the model. Raises UselessAnswer, which is not kept, or TrainerError."""
    name, *others = kind.synonyms
    ask = DESCRIBE.format(name=name, others=", ".join(others) or "nothing else", count=count)
    descriptions = short_texts(ask, name, rewriter, answers, count)
    ask = PLACE.format(name=name, descriptions="\n".join(f"- {each}" for each in descriptions), count=count)
    return replace(kind, descriptions=descriptions, scenes=short_texts(ask, name, rewriter, answers, count))


def short_texts(question: str, name: str, rewriter: Rewriter, answers: KeptAnswers, count: int) -> tuple[str, ...]:
    kept = answers.get(rewriter, question)
    answer = rewriter.answer(question) if kept is None else kept
    texts = _read_array(answer)
    if len(texts) != count:
        shown = display_path(" ".join(answer.split())[:60])
        raise UselessAnswer(f"The answer for {name} is no JSON array of {count} short texts and was not used: {shown}")
    if kept is None:
        answers.put(rewriter, question, answer)
    return texts


def _read_array(answer: str) -> tuple[str, ...]:
    """The texts of the first JSON array in an answer, as the ontology writes texts; none if any is not one."""
    found = re.search(r"\[.*\]", answer, re.DOTALL)
    try:
        array = json.loads(found[0]) if found else []
    except (ValueError, RecursionError):
        return ()
    if not isinstance(array, list) or not all(isinstance(each, str) for each in array):
        return ()
    texts = tuple(" ".join(each.split()).rstrip(".").lower() for each in array)
    return texts if all(0 < len(text) <= LONGEST_TEXT and text.isprintable() for text in texts) else ()


def read_kinds(path: Path) -> list[SoundKind]:
    """A file in the format of `resources/ontology/sounds.json`. Raises TrainerError."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        kinds = [_kind(each) for each in stored]
    except FileNotFoundError as error:
        raise TrainerError(f"There is no file {display_path(path)}.") from error
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise TrainerError(f"{display_path(path)} does not hold kinds of sound as sounds.json does.") from error
    if not kinds:
        raise TrainerError(f"{display_path(path)} holds no kinds of sound.")
    return kinds


def _kind(stored: dict[str, Any]) -> SoundKind:
    """Raises ValueError, LookupError, TypeError or AttributeError if it is none."""
    name = str(stored["name"])
    lists = [stored.get(part, []) for part in ("synonyms", "descriptions", "scenes", "parents", "ucs")]
    if not all(isinstance(texts, list) and all(isinstance(text, str) for text in texts) for texts in lists):
        raise ValueError("a list of texts is none")
    synonyms, *others = (tuple(texts) for texts in lists)
    return SoundKind(str(stored["id"]), name, synonyms or (name.lower(),), *others)


def make_rewriter(model_at: str, model: str, key: str = "") -> Rewriter:
    """model_at : "transformers:DIR" or an address; model : its name there. Raises TrainerError."""
    kind, _, folder = model_at.partition(":")
    if kind == "transformers":
        return TransformersRewriter(Path(folder))
    if not model:
        raise TrainerError(f"Say with --model NAME which model is to be asked at {model_at}.")
    return EndpointRewriter(model_at, model, key)


def rewrite_all(
    kinds: Sequence[SoundKind], rewriter: Rewriter, answers: KeptAnswers
) -> tuple[list[SoundKind], list[str]]:
    """The kinds that were described, and a sentence for each that was not.

    Raises TrainerError if none was, or the model cannot be asked at all.
    """
    written: list[SoundKind] = []
    refused: list[str] = []
    for kind in kinds:
        try:
            written.append(rewritten(kind, rewriter, answers))
            log.info("%d of %d: %s", len(written) + len(refused), len(kinds), kind.name)
        except UselessAnswer as error:
            refused.append(str(error))
    if not written:
        raise TrainerError(refused[0])
    return written, refused


def chosen_kinds(arguments: Sequence[str]) -> list[SoundKind]:
    """Those of one file, or by name. Raises TrainerError."""
    if len(arguments) == 1 and arguments[0].endswith(".json"):
        return read_kinds(Path(arguments[0]))
    return kinds_named(arguments, sound_kinds())


def kinds_named(names: Sequence[str], known: Sequence[SoundKind]) -> list[SoundKind]:
    """The known kinds of these names, synonyms or identifiers; a new kind for a name that none of them has."""
    by_name = {said: kind for kind in reversed(known) for said in (*kind.synonyms, kind.name.casefold(), kind.id)}
    found = [by_name.get(name, by_name.get(name.casefold())) or _new_kind(name) for name in names]
    return list({kind.id: kind for kind in found}.values())


def _new_kind(name: str) -> SoundKind:
    said = " ".join(name.lower().split())
    if not said:
        raise TrainerError("A kind of sound needs a name.")
    return SoundKind(f"own/{said.replace(' ', '-')}", name, (said,), (), ())


def write_kinds(path: Path, kinds: Sequence[SoundKind]) -> None:
    """In the format of `resources/ontology/sounds.json`, a line for each kind. Raises OSError."""
    parts = ("id", "name", "parents", "ucs", "synonyms", "descriptions", "scenes")
    lines = [json.dumps({part: getattr(kind, part) for part in parts}, ensure_ascii=False) for kind in kinds]
    write_over(path, ("[\n" + ",\n".join(lines) + "\n]\n").encode())
