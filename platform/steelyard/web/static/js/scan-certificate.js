// The certificate that comes with bundles: typed, or scanned from its own code; it stays for the next ones of the lorry.

/** The code of a certificate alone: the word for it, then its number and nothing else. */
const CODE = /^(?:质保书号?|质量证明书|证书号|certificate|cert|mtc)\s*[:：=#]\s*([^\s;；,，|]{1,80})$/iu;

/** The number that the text of a certificate's own code bears; null for the code of a bundle. */
export function certificateIn(text) {
  const [, number] = CODE.exec(text.trim()) ?? [];
  return number ?? null;
}

/** What the form says of the certificate. */
export function certificateOf(form) {
  const number = form.elements.namedItem("certificate_number")?.value.trim() ?? "";
  return number === "" ? {} : { certificate_number: number };
}

/** Take the number of a scanned certificate for the bundles that follow. */
export function take(form, number) {
  form.elements.namedItem("certificate_number").value = number;
}
