"""The environment variables that a process of this checkout runs with."""

from __future__ import annotations

import json
import os

from devstack import paths, servers
from devstack.locks import is_held

_using: list[servers.Use] = []  # held until this process ends, however it ends


def ensure_environment(*, join_demo: bool = False) -> None:
    """Point this process at the checkout's own servers, started if need be.

    Does nothing when DATABASE_URL is set. Variables that are set already keep their value.

    Args:
        join_demo: take over the settings of a demo that is running in this checkout, its moved
            clock included, so that a command typed beside it sees the same world.

    Raises:
        servers.ServersFailed: they did not start.
    """
    if "DATABASE_URL" in os.environ:
        return
    using = servers.use()
    _using.append(using)
    wanted = for_commands(using.addresses)
    if join_demo:
        wanted |= of_running_demo()
    for name, value in wanted.items():
        os.environ.setdefault(name, value)


def for_commands(addresses: servers.Addresses) -> dict[str, str]:
    """Return what a command needs to run against the embedded servers; nothing of the demo."""
    return {
        "DJANGO_SETTINGS_MODULE": "weidian.settings",
        "DATABASE_URL": addresses.database_url,
        "VALKEY_URL": addresses.valkey_url,
        "WEIDIAN_SECRET_KEY": paths.secret("secret"),
        "WEIDIAN_SANDBOX_SECRET": paths.secret("sandbox-secret"),
        "WEIDIAN_MEDIA_ROOT": str(paths.MEDIA),
        "WEIDIAN_MAIL_DIR": str(paths.MAIL),
        "PYTHONUNBUFFERED": "1",
    }


def for_demo(addresses: servers.Addresses, *, port: int, provider_port: int) -> dict[str, str]:
    """Return what every process of the demo runs with."""
    return for_commands(addresses) | {
        "PYTHONWARNINGS": "ignore",  # its readers came for the shop
        "WEIDIAN_DEMO": "1",
        "WEIDIAN_LOG_LEVEL": "WARNING",  # the links above stay on the screen
        "WEIDIAN_EXTRA_APPS": "devstack.demo",
        "WEIDIAN_URLCONF": "devstack.demo.urls",
        "WEIDIAN_DEBUG": "0",
        "WEIDIAN_ALLOWED_HOSTS": "*",
        "WEIDIAN_BASE_URL": f"http://localhost:{port}",
        "WEIDIAN_CLOCK_FILE": str(paths.CLOCK_FILE),
        "WEIDIAN_SANDBOX_URL": f"http://127.0.0.1:{provider_port}",
        "WEIDIAN_SANDBOX_PUBLIC_URL": f"http://localhost:{provider_port}",
        "WEIDIAN_SANDBOX_PORT": str(provider_port),
    }


def of_running_demo() -> dict[str, str]:
    """Return the environment of the demo that runs in this checkout, or nothing."""
    if not is_held(paths.DEMO_LOCK):
        return {}
    try:
        found = json.loads(paths.DEMO_ENVIRONMENT_FILE.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return {str(name): str(value) for name, value in found.items()}
