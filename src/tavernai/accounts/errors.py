"""What the room refuses."""

from tavernai.kernel.errors import Conflict, Forbidden, InvalidInput, NotSignedIn, TooMany, Unavailable


class WrongCredentials(NotSignedIn):
    """The name or the password is wrong."""

    code = "wrong_credentials"


class WrongPassword(Forbidden):
    """The current password is wrong."""

    code = "wrong_password"


class CsrfRefused(Forbidden):
    """The header X-CSRF-Token is missing or old; load the page again."""

    code = "csrf_refused"


class SessionNeeded(Forbidden):
    """This needs a person who signed in; an API key does not do."""

    code = "session_needed"


class SetupCodeWrong(Forbidden):
    """The setup code is wrong; it was printed when the server started."""

    code = "setup_code_wrong"


class SetupDone(Conflict):
    """This server has its owner already; sign in instead."""

    code = "setup_done"


class TooManySignIns(TooMany):
    """Too many failed sign-ins; wait, then try again."""

    code = "too_many_sign_ins"


class SignInsBusy(Unavailable):
    """Too many people are signing in right now; try again in a moment."""

    code = "sign_ins_busy"


class UsernameTaken(Conflict):
    """Somebody has this name already."""

    code = "username_taken"


class LastOwner(Conflict):
    """The last owner can be neither removed nor made a member; make another owner first."""

    code = "last_owner"


class UsernameRefused(InvalidInput):
    """A name has 1 to 64 visible characters and no blanks."""

    code = "username_refused"


class PasswordRefused(InvalidInput):
    """A password has 8 to 1024 characters."""

    code = "password_refused"


class ScopeUnknown(InvalidInput):
    """There is no such scope; the known ones are in the facts."""

    code = "scope_unknown"
