"""What to say where the list of results is empty."""

from __future__ import annotations

from dataclasses import dataclass

from app.view_models.wording import count


@dataclass(frozen=True)
class EmptyAnswer:
    """One sentence, what one can do, and the doors that are offered.

    clear_scope, show_weak : the texts of buttons; empty where they would change nothing
    """

    sentence: str
    advice: str = ""
    clear_scope: str = ""
    show_weak: str = ""


def empty_answer(
    *,
    asked: bool,
    scoped: bool,
    reason: str = "",
    weak_matches: int = 0,
    listened: int | None = None,
    to_listen: int = 0,
) -> EmptyAnswer:
    """Why nothing is listed.

    asked : a question was asked; otherwise a part of the library is browsed
    scoped : only a part of the library was looked at
    reason : `engine.hits.Answer.reason`; empty where nothing was listened for
    weak_matches : how many files there are nearer to chance than to a find, when those alone were found
    listened, to_listen : how far the library has been listened to, of how many files; None once it is done
    """
    if not asked:
        return EmptyAnswer("There is no sound here.", clear_scope="Show everything" if scoped else "")
    clear = "Search everywhere" if scoped else ""
    weak = "Show 1 weaker match" if weak_matches == 1 else f"Show {count(weak_matches)} weaker matches"
    weak = weak if weak_matches else ""
    if listened is not None and listened < to_listen:
        far = f"{count(listened)} of {count(to_listen)}"
        return EmptyAnswer(
            "Nothing yet sounds like that.",
            f"Earmark is still listening to your files: {far}. What it hears appears here.",
            clear,
            weak,
        )
    advice = "Try fewer or simpler words, or search everywhere." if scoped else "Try fewer or simpler words."
    return EmptyAnswer(reason or "No file says that.", advice, clear, weak)
