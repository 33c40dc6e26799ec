"""Development only: embedded servers, the launcher, the sandbox payment provider, the demo."""

from devstack.environment import ensure_environment

__all__ = ["ensure_environment"]
