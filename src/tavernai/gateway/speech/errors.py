"""What reading aloud can be refused for; what the server itself does wrong stands in gateway.errors."""

from tavernai.kernel.errors import Unavailable


class NoSpeech(Unavailable):
    """No speech server is set up; the browser's own voices read instead."""

    code = "no_speech"
