"""What the accounts refuse."""

from steelyard.core.errors import Forbidden, NotFound, Refused, Unauthenticated
from steelyard.core.i18n import N_


class WrongPassword(Unauthenticated):
    """The account is unknown, switched off, or the password is wrong: the three are not told apart."""

    code = "wrong_password"
    message = N_("The account or the password is wrong.")


class LoginTaken(Refused):
    """Another person has this login."""

    code = "login_taken"
    message = N_("The login %(login)s is taken. Choose another one.")


class NameTaken(Refused):
    """Another organisation has this name."""

    code = "name_taken"
    message = N_("There is already an organisation named %(name)s.")


class WeakPassword(Refused):
    """The password is too easy to guess."""

    code = "weak_password"
    message = N_("Take a password of %(least)s to %(most)s characters, hard to guess, and not the login or name.")


class OldPasswordWrong(Refused):
    """The present password, asked for before a change, is wrong."""

    code = "old_password_wrong"
    message = N_("The present password is wrong. Nothing was changed.")


class InvitationUnusable(NotFound):
    """The link is unknown, was used, or is too old."""

    code = "invitation_unusable"
    message = N_("This invitation is unknown, was used already or has expired. Ask for a new one.")


class LastAdmin(Refused):
    """An organisation keeps at least one active administrator."""

    code = "last_admin"
    message = N_("This is the organisation's last administrator. Name another one first.")


class OwnOrganisation(Refused):
    """An operator's administrator may not switch off his own organisation."""

    code = "own_organisation"
    message = N_("This is your own organisation: nobody could sign in to switch it on again.")


class ScopeTooWide(Forbidden):
    """A token may do no more than the one who makes it."""

    code = "scope_too_wide"
    message = N_("A token cannot be given more than your own token allows.")


class UnknownScope(Refused):
    """No route knows this scope."""

    code = "unknown_scope"
    message = N_("There is no scope %(scope)s. Known areas: %(known)s.")
