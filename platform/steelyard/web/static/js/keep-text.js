// A long text that was typed or pasted stays in the browser until the server has it: a lost connection or a closed
// tab loses nothing. The page that comes after it says with data-arrived that it can be forgotten.

const arrived = document.querySelector("[data-arrived]");
const area = document.querySelector("textarea[data-keep]");

try {
  if (arrived) localStorage.removeItem(`keep:${arrived.dataset.arrived}`);
  if (area) {
    const name = `keep:${area.dataset.keep}`;
    if (!area.value) area.value = localStorage.getItem(name) ?? "";
    area.addEventListener("input", () => localStorage.setItem(name, area.value));
  }
} catch {
  // Storage is full or forbidden: the page works without it.
}
