"""The one failure of training that is the world's and not the program's."""

from __future__ import annotations


class TrainerError(Exception):
    """Something a command was given cannot be used; the text is one sentence for whoever typed the command."""
