#!/usr/bin/env python3
"""Everything a person types at this repository, with nothing but Python's standard library; Windows too.

    python tools/dev.py run [-- arguments of `tavernai serve`]
    python tools/dev.py test | lint | build-web | dist | bench | screens | api | lock | clean

The Makefile names the same verbs. What has to be made first (the environment, the web packages, the page) is made
when its sources changed, and left alone otherwise: tools/made.py.
"""

import os
import shutil
import sys

OLDEST = (3, 11)


def with_new_enough_python():
    """Start again under a newer Python when this one is too old; say so when there is none."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(20, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            os.execv(found, [found, *sys.argv])
    sys.exit(f"TavernAI Plus needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}.")


if __name__ == "__main__":
    with_new_enough_python()
    from verbs import main

    sys.exit(main(sys.argv[1:]))
