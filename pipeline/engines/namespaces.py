"""A second layer around whatever opens files: namespaces by bubblewrap, where it is installed and the kernel lets it. Knows its words, no documents.

No network to be seen, no rights of root outside, whoever started it. Process numbers stay the same, for children are told and ended by them;
which files may be read is the first layer's. Not bound to its parent's life: the kernel would take the end of a thread for that.
"""

from __future__ import annotations

import subprocess
from functools import cache

WORDS = ("bwrap", "--unshare-user", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--cap-drop", "ALL", "--dev-bind", "/", "/", "--")


@cache
def around() -> tuple[str, ...]:
    """The words before a command that put namespaces around it; none where that cannot be done here."""
    try:
        tried = subprocess.run([*WORDS, "true"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return () if tried.returncode else WORDS
