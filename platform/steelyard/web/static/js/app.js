// Small comforts of every page; each page works without them.

// The entry of the page one is on may lie outside the strip of the navigation on a phone.
document.querySelector(".main-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
    event.preventDefault();
    return;
  }
  // A second press of the button would only be answered by the once-only key; it need not be sent.
  if (form.method === "post") {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  }
});

// A page shown again from the back-forward cache may tell what is no longer so: it is asked for anew.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// A link to something that is folded away unfolds it.
function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) target.open = true;
}
window.addEventListener("hashchange", unfold);
unfold();

// Whoever signs out, or signs in after another, leaves no page of his for scanning without a network; what the other
// scanned stays on the device until that person is back.
const SCANNER = "steelyard.scanner";
const forgetScanPage = () => window.caches?.delete("steelyard-scan-page");
const who = document.body.dataset.who;
try {
  const before = localStorage.getItem(SCANNER);
  if (who && before !== who) {
    if (before) forgetScanPage();
    localStorage.setItem(SCANNER, who);
  }
} catch {
  // a browser that keeps nothing has no such page either
}
document.querySelector("[data-sign-out]")?.addEventListener("submit", forgetScanPage);
