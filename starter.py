"""The command line of Business Care: `python -m starter --help`, installed as `business-care`."""

import contextlib
import os
import sys

from console import app


def main() -> None:
    """Run the command line, and end the process at once: the SDK's threads can crash a slow end."""
    code = app.main()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):  # whoever read it has gone
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
