"""The trade's words for steel, brought to one form: products, grades, standards and specifications.

Pure. Each answer keeps the raw text; what is not known stays raw with a typed reason and is never guessed. To
normalise a normal form changes nothing.
"""

from pricing.vocabulary.goods import Good, good, split_name
from pricing.vocabulary.grades import Grade, find_grades, grade
from pricing.vocabulary.products import Form, Product, form_of, product
from pricing.vocabulary.specs import Spec, spec
from pricing.vocabulary.standards import Standard, standard
from pricing.vocabulary.text import Reason, folded

__all__ = [
    "Form",
    "Good",
    "Grade",
    "Product",
    "Reason",
    "Spec",
    "Standard",
    "find_grades",
    "folded",
    "form_of",
    "good",
    "grade",
    "product",
    "spec",
    "split_name",
    "standard",
]
