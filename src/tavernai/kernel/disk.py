"""What the operating system means when it will not write: no space, or not allowed."""

import errno
from typing import Literal

Refusal = Literal["full", "read_only"]

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG} if hasattr(errno, "EDQUOT") else {errno.ENOSPC, errno.EFBIG})
READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def refusal_of(error: BaseException) -> Refusal | None:
    """Why nothing was written; None when it was something else."""
    if not isinstance(error, OSError):
        return None
    if error.errno in FULL:
        return "full"
    return "read_only" if error.errno in READ_ONLY else None
