// A handheld types like a very quick person and ends with Enter; it need not be told which field is meant.

/** Slowest pause between two keys of a handheld, in ms; people type slower than this for more than a few keys. */
const QUICK_MS = 60;
const SHORTEST = 3;
const GROUP_SEPARATOR = "\u001d";

/** Call `scanned` with every text that is typed quickly and ended by Enter outside of `field`. */
export function listen(field, scanned) {
  let typed = "";
  let last = 0;
  let before = null;

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.target === field || event.isComposing) return;
      const quick = event.timeStamp - last <= QUICK_MS;
      last = event.timeStamp;
      if (event.key === "Enter") {
        const text = typed;
        typed = "";
        if (!quick || text.length < SHORTEST) return;
        // The keys may have pressed a button, chosen an entry or filled a number: none of that was meant.
        event.preventDefault();
        event.stopPropagation();
        if (before && before.element.value !== before.value) {
          before.element.value = before.value;
          before.element.dispatchEvent(new Event("change", { bubbles: true }));
        }
        scanned(text);
        return;
      }
      const key = event.ctrlKey && event.key === "]" ? GROUP_SEPARATOR : event.key;
      if ([...key].length !== 1 || event.altKey || event.metaKey || (event.ctrlKey && key !== GROUP_SEPARATOR)) return;
      if (!quick || typed === "") {
        typed = "";
        const element = event.target;
        before = "value" in element && element.type !== "radio" ? { element, value: element.value } : null;
      }
      typed += key;
    },
    true,
  );
}
