"""What we ask about a wallet ourselves: no address, the wallet knows it."""

from __future__ import annotations

from typing import Any

from counterfoil.methods.drafts import NewAddress
from counterfoil.portal.forms.methods import ADDRESS_PARTS, NewMethod


class NewWallet(NewMethod):
    """The window Add PayPal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, saved=(), **kwargs)
        for name in ("address", *ADDRESS_PARTS):
            del self.fields[name]

    def _is_new(self, values: dict[str, Any]) -> bool:
        return False

    @property
    def address_id(self) -> int | None:
        """None is asked for."""
        return None

    @property
    def new_address(self) -> NewAddress | None:
        """None is asked for."""
        return None
