"""What the import of whole folders refuses.

InvalidInput
├── ArchiveRefused     422   a zip that cannot be opened, or that is a bomb
├── PathRefused        422   no folder or file there, or one that must not be read
└── NothingToExport    422
Forbidden
└── PathNotAllowed     403
Conflict
└── WrongStage         409   the import is not at a point where this can be done
TooLarge
└── SourceTooLarge     413
"""

from tavernai.kernel.errors import Conflict, Forbidden, InvalidInput, TooLarge


class ArchiveRefused(InvalidInput):
    """This archive cannot be opened. Make the backup again, or point at the folder itself."""

    code = "archive_refused"


class PathRefused(InvalidInput):
    """There is no folder or file that can be read under this path."""

    code = "path_refused"


class NothingToExport(InvalidInput):
    """There is nothing of this kind to export in this form; csv and txt are for conversations."""

    code = "nothing_to_export"


class PathNotAllowed(Forbidden):
    """Only an owner may have a folder of the server's machine read, and only from that machine. Upload it instead."""

    code = "path_not_allowed"


class WrongStage(Conflict):
    """The import is not at a point where this can be done; look at its status."""

    code = "wrong_stage"


class SourceTooLarge(TooLarge):
    """This source holds more files or more bytes than one import takes."""

    code = "source_too_large"
