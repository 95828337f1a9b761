"""What is refused of scanned codes, each with a code that a scanner can show and a sentence that says what to do."""

from steelyard.core.errors import Refused, sentences
from steelyard.core.i18n import N_


class CodeCutShort(Refused):
    """The text of the code ends before it is whole."""

    code = "code_cut_short"
    message = N_("The code ends too early: “%(text)s”. Scan it again, or type the tag that is printed beside it.")


class CheckDigitWrong(Refused):
    """A number of GS1 whose check digit does not fit."""

    code = "check_digit_wrong"
    message = N_("The check digit of %(number)s is wrong. Scan the code again, or type the tag.")


class IdentifierUnknown(Refused):
    """A string of GS1 with an application identifier that the standard does not know."""

    code = "identifier_unknown"
    message = N_(
        "The code holds “%(text)s”, which begins with no identifier of GS1. Type the tag that is printed on it."
    )


class CodeContradictory(Refused):
    """The code says two different things."""

    code = "code_contradictory"
    message = N_("The code says both %(said)s and %(known)s. Look at the tag, and type it.")


class HeatDiffers(Refused):
    """The code names another heat than the books."""

    code = "heat_differs"
    message = N_("The code names heat %(said)s, but bundle %(tag)s is of heat %(known)s. Look at the tag, and type it.")


class CodeWithoutBundle(Refused):
    """The code can be read, but names no bundle."""

    code = "code_without_bundle"
    message = N_("The code “%(text)s” names no bundle. Scan the bundle's own tag, or type it.")


class CodeUnreadable(Refused):
    """The code is of no kind that is known here."""

    code = "code_unreadable"
    message = N_("“%(text)s” is no tag of a bundle. Scan the bundle's own tag, or type it.")


class TagOfAnotherYard(Refused):
    """The tag was printed for a bundle of another yard."""

    code = "tag_of_another_yard"
    message = N_("Tag %(tag)s is of yard %(yard)s. Put the bundle aside, and receive it here before you scan it.")


MESSAGES = sentences(vars())
"""The sentence of each code, for answers that are kept and told later."""
