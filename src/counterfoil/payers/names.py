"""How names are put in order and found: without accents, without capitals."""

from __future__ import annotations

import unicodedata
from typing import Final

# Letters that Unicode does not take apart.
_LETTERS: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"})

LONGEST: Final = 120


def fold(name: str) -> str:
    """Return `name` as it is sorted and searched: `Åberg ` becomes `aberg`."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    # One letter can come apart into eighteen, and the column has the length of a name.
    return " ".join(bare.translate(_LETTERS).split())[:LONGEST].rstrip()
