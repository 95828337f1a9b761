"""What is refused of certificates."""

from steelyard.core.errors import Refused
from steelyard.core.i18n import N_


class CertificateExists(Refused):
    """The organisation has filed this certificate already, with other contents."""

    code = "certificate_exists"
    message = N_("Certificate %(number)s of %(mill)s is on file already, with other contents.")


class CertificateOfAnotherHeat(Refused):
    """The certificate is of no heat that came with the receipt."""

    code = "certificate_of_another_heat"
    message = N_("Certificate %(number)s is of no heat of receipt %(receipt)s. Choose another, or attach the PDF.")


class NotAPdf(Refused):
    """The file is no PDF, whatever its name says."""

    code = "not_a_pdf"
    message = N_("The file is no PDF. Scan the certificate as PDF and send that.")


class NoCertificate(Refused):
    """Nothing is known of the bundle's chemistry and mechanics."""

    code = "no_certificate"
    message = N_("No certificate is on file for the heat of bundle %(tag)s. File the mill's certificate first.")


class FileNotChosen(Refused):
    """A file was expected and none was sent."""

    code = "file_missing_in_form"
    message = N_("Choose a file first.")
