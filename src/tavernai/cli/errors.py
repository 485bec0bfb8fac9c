"""What the command line refuses, besides what the rooms do."""

from tavernai.kernel.errors import TavernError


class Refused(TavernError):
    """The running server refused the command."""

    code = "refused"
    status = 400


class ServerSilent(TavernError):
    """The running server took the command but did not answer; look at its log."""

    code = "server_silent"
    status = 503


class AddressTaken(TavernError):
    """This address is taken by another program; choose another one with --host or --port."""

    code = "address_taken"
    status = 409


class NoOwner(TavernError):
    """Make an owner first: `tavernai user add NAME --role owner --password-stdin`."""

    code = "no_owner"
    status = 409


class CertificateUnusable(TavernError):
    """The certificate or its key cannot be read; both must be PEM files that belong together."""

    code = "certificate_unusable"
    status = 422


class PasswordMissing(TavernError):
    """No password was given; type one, or send it with --password-stdin."""

    code = "password_missing"
    status = 422
