#!/usr/bin/env python
"""Django's command line; in a checkout it runs against that checkout's own servers."""

import os
import sys

from django.core.management import execute_from_command_line

NO_DATABASE = "DATABASE_URL is not set; it names the PostgreSQL database (.env.example lists all)."


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weidian.settings")
    if "DATABASE_URL" not in os.environ:
        use_the_checkouts_own_servers()
    execute_from_command_line(sys.argv)


def use_the_checkouts_own_servers() -> None:
    """Point the environment at the embedded servers, which only a development setup has."""
    try:
        import devstack  # noqa: PLC0415 -- absent in production, where nobody needs it
    except ModuleNotFoundError:
        sys.exit(NO_DATABASE)
    devstack.ensure_environment(join_demo=True)


if __name__ == "__main__":
    main()
