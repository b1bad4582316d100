"""What a page weighs: itself and all it loads from us, compressed, without the font, which is loaded once for all."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Page

FONT = ".woff2"
# Address and size in bytes of the page and of everything it asked for, also of what the browser still had.
LOADED = """() => performance.getEntries()
  .filter((each) => ["navigation", "resource"].includes(each.entryType))
  .map((each) => [each.name, each.encodedBodySize, each.decodedBodySize])"""


@dataclass
class Scale:
    """Weighs pages; what several of them load is fetched once."""

    known: dict[str, int] = field(default_factory=dict)

    def weigh(self, page: Page) -> int:
        """Return how many bytes the page as it is now came to."""
        loaded: list[tuple[str, int, int]] = page.evaluate(LOADED)
        sizes = {name: (sent, whole) for name, sent, whole in loaded if _is_ours(name, page)}
        return sum(self._one(page, name, sent, whole) for name, (sent, whole) in sizes.items())

    def _one(self, page: Page, address: str, sent: int, whole: int) -> int:
        if 0 < sent < whole:
            return sent
        # The tests' server sends static files as they are; an installation's compresses them.
        if address not in self.known:
            self.known[address] = len(gzip.compress(page.request.get(address).body()))
        return self.known[address]


def _is_ours(address: str, page: Page) -> bool:
    parts = urlsplit(address)
    return parts.netloc == urlsplit(page.url).netloc and not parts.path.endswith(FONT)
