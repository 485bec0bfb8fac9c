"""Why a picture from elsewhere is not shown.

TavernError
├── Forbidden
│   └── PicturesNotAllowed        403
├── InvalidInput
│   ├── OnePlaceWanted            422
│   └── PictureAddressRefused     422  facts.reason: scheme, port, credentials, no_host, private, unreadable
├── TooMany
│   └── TooManyPictures           429  facts.retry_after_seconds
└── PictureFailed                 502  facts: upstream_status?
    ├── PictureTimeout            504
    ├── PictureTooLarge           502  facts: bytes_max or pixels_max
    └── NotAPicture               502
"""

from tavernai.kernel.errors import Forbidden, InvalidInput, TavernError, TooMany


class PicturesNotAllowed(Forbidden):
    """Pictures from other servers are not shown here; allow them for this chat, this character or everywhere first."""

    code = "pictures_not_allowed"


class OnePlaceWanted(InvalidInput):
    """Say where the picture is shown: give a conversation or a character, and not both."""

    code = "picture_place_wanted"


class PictureAddressRefused(InvalidInput):
    """This address is not called: only https addresses on the open internet are, without a name or password in them."""

    code = "picture_address_refused"


class TooManyPictures(TooMany):
    """Too many pictures are being fetched for you at once; wait a moment."""

    code = "too_many_pictures"


class PictureFailed(TavernError):
    """The server that has this picture did not give it; try again later."""

    code = "picture_failed"
    status = 502


class PictureTimeout(PictureFailed):
    """The server that has this picture took too long; try again later."""

    code = "picture_timeout"
    status = 504


class PictureTooLarge(PictureFailed):
    """This picture is larger than what is shown here."""

    code = "picture_too_large"


class NotAPicture(PictureFailed):
    """What came from there is no PNG, JPEG, WebP, GIF or AVIF picture."""

    code = "not_a_picture"
