from __future__ import annotations

import socket

import pytest

from counterfoil_stand import ports
from counterfoil_stand.errors import StandError


def test_presets_and_chosen_ports() -> None:
    assert ports.chosen({"PORT": "9000"}) == {
        "PORT": 9000,
        "SANDBOX_PORT": 8001,
        "MAILBOX_PORT": 8002,
        "MAILBOX_SMTP_PORT": 8025,
    }


@pytest.mark.parametrize("text", ["0", "65536", "-1", "web", "8000.0"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(StandError, match=r"SANDBOX_PORT is .*, which is no port number \(1 to 65535\)"):
        ports.chosen({"SANDBOX_PORT": text})


def test_two_listeners_cannot_share_a_port() -> None:
    with pytest.raises(StandError, match="PORT and MAILBOX_PORT are both 8002"):
        ports.chosen({"PORT": "8002"})


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_taken_port_is_named_with_its_variable(family: socket.AddressFamily, address: str) -> None:
    with socket.socket(family) as taken:
        try:
            taken.bind((address, 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        taken.listen()
        number = taken.getsockname()[1]
        numbers = {**dict.fromkeys(("PORT", "MAILBOX_PORT", "MAILBOX_SMTP_PORT"), 0), "SANDBOX_PORT": number}
        with pytest.raises(
            StandError,
            match=rf"Port {number}, for the sandbox gateway, is taken .* make demo SANDBOX_PORT=\d+",
        ):
            ports.demand_free(numbers)
    assert not ports.is_taken(number)
