"""What the characters room refuses.

InvalidInput
├── CardRefused        422   one file of an import; the batch goes on
│   ├── CardMissing          a picture without a card
│   ├── CardTruncated        the file ends inside the card
│   ├── CardUnreadable       there is a card, but it is damaged
│   ├── CardEncrypted        made for one application only
│   ├── CardTooLarge         a text chunk or field beyond the limit
│   ├── NotACard             readable JSON, but of another kind
│   └── EmptyFile
├── PictureRefused     422   a picture that cannot be used as an avatar
└── LastPersona        422
Conflict
├── InTrash            409
└── PersonaInTrash     409
TooLarge
└── UploadTooLarge     413
UnsupportedInput
└── CardKindUnsupported 415  a known kind of file that holds no card we read
"""

from tavernai.kernel.errors import Conflict, InvalidInput, TooLarge, UnsupportedInput


class CardRefused(InvalidInput):
    """This file holds no card that can be used."""

    code = "card_refused"


class CardMissing(CardRefused):
    """This picture carries no card. Sites often strip it from previews: download the original file."""

    code = "card_missing"


class CardTruncated(CardRefused):
    """This file is cut off before its card ends. Download or copy it again."""

    code = "card_truncated"


class CardUnreadable(CardRefused):
    """The card in this file is damaged and cannot be read."""

    code = "card_unreadable"


class CardEncrypted(CardRefused):
    """This card is encrypted for RisuAI and can be opened only there. Export it from there as a plain card."""

    code = "card_encrypted"


class CardTooLarge(CardRefused):
    """The card inside this file is larger than 16 MiB."""

    code = "card_too_large"


class NotACard(CardRefused):
    """This JSON is not a character card."""

    code = "not_a_card"


class NotALorebook(CardRefused):
    """This file holds no lorebook we know; export it from SillyTavern, Risu, NovelAI, Agnai or Chub as JSON."""

    code = "not_a_lorebook"


class EmptyFile(CardRefused):
    """This file is empty."""

    code = "empty_file"


class CardKindUnsupported(UnsupportedInput):
    """Characters come as PNG, JSON, YAML, CharX or Backyard files, or in JPEG and WebP pictures; this is neither."""


class PictureRefused(InvalidInput):
    """This picture cannot be used. Send a PNG, JPEG, WebP or GIF of at most 40 megapixels."""

    code = "picture_refused"


class UploadTooLarge(TooLarge):
    """One file may have 64 MiB, one request 256 MiB and 200 files."""

    code = "upload_too_large"


class LastPersona(InvalidInput):
    """You need at least one persona; make another one first."""

    code = "last_persona"


class InTrash(Conflict):
    """This character is in the trash; restore it first."""

    code = "in_trash"


class PersonaInTrash(Conflict):
    """This persona is in the trash; restore it first."""

    code = "persona_in_trash"
