"""What streaming refuses."""

from tavernai.kernel.errors import Gone, InvalidInput, NotFound


class SessionNotFound(NotFound):
    """There is no such streaming session, or it is not yours; make one with POST /api/stream/sessions."""

    code = "session_not_found"


class SessionEnded(Gone):
    """This streaming session has ended; make a new one with POST /api/stream/sessions."""

    code = "session_ended"


class BadPosition(InvalidInput):
    """A position is a number, or a number and an offset joined by a dot."""

    code = "bad_position"
