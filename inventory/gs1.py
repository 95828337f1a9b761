"""Numbers of GS1 for bundles: serial shipping container codes and gross masses, for yards with a company prefix.

GS1 General Specifications: an SSCC (AI 00) is an extension digit, the company prefix, a serial reference and a check
digit, 18 digits together; a logistic weight (AI 330n) has six digits, n of them behind the point, in kilograms.
Imports neither flask nor sqlalchemy.
"""

SSCC_DIGITS = 18
SHORTEST_PREFIX, LONGEST_PREFIX = 4, 12
_MASS_DIGITS = 6
_MOST_DECIMALS = 3  # a gram


def capacity(prefix: str) -> int:
    """How many bundles a company prefix can number; the extension digit is the first of the serial reference."""
    return int(10 ** (SSCC_DIGITS - 1 - len(prefix)))


def sscc(prefix: str, serial: int) -> str:
    """The SSCC of the bundle with a serial number from 0 to ``capacity(prefix) - 1``."""
    from biip.checksums import gs1_standard_check_digit

    if not 0 <= serial < capacity(prefix):
        raise ValueError(f"{serial} does not fit behind the prefix {prefix}")
    digits = f"{serial:0{SSCC_DIGITS - 1 - len(prefix)}d}"
    payload = f"{digits[0]}{prefix}{digits[1:]}"
    return f"{payload}{gs1_standard_check_digit(payload)}"


def gross_mass(mass_g: int) -> tuple[str, str] | None:
    """Identifier and digits of a mass in grams, half up to the most decimals that fit; ``None`` above 999,999 kg."""
    for decimals in range(_MOST_DECIMALS, -1, -1):
        step = 10 ** (_MOST_DECIMALS - decimals)
        units = (mass_g + step // 2) // step
        if units < 10**_MASS_DIGITS:
            return f"330{decimals}", f"{units:0{_MASS_DIGITS}d}"
    return None


def readable(number: str, mass_g: int) -> str:
    """The element string of a bundle as people read it, ``(00)…(3303)…``."""
    mass = gross_mass(mass_g)
    return f"(00){number}" + (f"({mass[0]}){mass[1]}" if mass else "")


def is_prefix(text: str) -> bool:
    """Whether GS1 can have given this company prefix: its first digits are of a member organisation."""
    from biip.gs1_prefixes import GS1Prefix

    if not (SHORTEST_PREFIX <= len(text) <= LONGEST_PREFIX and text.isascii() and text.isdigit()):
        return False
    found = GS1Prefix.extract(text.ljust(LONGEST_PREFIX, "0"))
    return found is not None and found.usage.startswith("GS1 ")
