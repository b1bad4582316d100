"""Every edge of a request's life, and a word for every status."""

from __future__ import annotations

import itertools

import pytest

from counterfoil.core.states import IllegalTransition
from counterfoil.requests import states, topics
from counterfoil.ui import statuses

LEGAL = {
    ("open", "answered"): "request.answered",
    ("answered", "open"): "request.reopened",
    ("open", "closed"): "request.closed",
    ("answered", "closed"): "request.closed",
}


@pytest.mark.parametrize(("old", "new"), list(itertools.product(states.REQUEST.states, repeat=2)))
def test_edges(old: str, new: str) -> None:
    if (old, new) in LEGAL:
        assert states.REQUEST.event(old, new) == LEGAL[old, new]
    else:
        with pytest.raises(IllegalTransition):
            states.REQUEST.event(old, new)


def test_every_status_has_words_and_a_look() -> None:
    assert set(states.SHOWN) == set(states.REQUEST.states)
    for words in states.SHOWN.values():
        assert words.lower().replace(" ", "_") in statuses.ALL


def test_every_kind_has_topics_and_one_for_all_else() -> None:
    assert set(topics.OF) == set(topics.KINDS)
    for labels in topics.OF.values():
        assert "other" in labels
    assert topics.label("invoice", "gone_since") == "Gone since"
