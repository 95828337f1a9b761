// Numbers that are typed beside a scan: what is no number within its bounds is said, never dropped, cut or rounded.

/** A field holds what is no number, or one out of its bounds. */
export class NumberWrong extends Error {
  constructor(field) {
    super(field.name);
    const { least, most } = field.dataset;
    this.values = { text: field.value.trim().slice(0, 20), name: field.labels[0].firstChild.textContent.trim(), least, most };
  }
}

/** What was typed as digits: full-width ones too, and commas only between thousands. */
const digits = (text) => text.normalize("NFKC").trim().replace(/,(?=\d{3}(?:\D|$))/g, "");

/** The number of a field as `as`, nothing where it is empty; `factor` 1000 allows three decimals. Throws `NumberWrong`. */
export function numberOf(field, as = field.name, factor = 1) {
  const text = digits(field.value);
  const number = Number(text);
  if (text === "") {
    field.removeAttribute("aria-invalid");
    return {};
  }
  const { least, most } = field.dataset;
  const whole = (factor === 1 ? /^\d+$/ : /^\d+(\.\d{1,3})?$/).test(text);
  const wrong = !(whole && number >= Number(least) && number <= Number(most));
  field.setAttribute("aria-invalid", String(wrong));
  if (wrong) {
    const folded = field.closest("details");
    if (folded) folded.open = true;
    throw new NumberWrong(field);
  }
  return { [as]: Math.round(number * factor) };
}
