// The list of scans: each with its answer, and for a refused one what can be done about it.
import { reasonsOf } from "./scan-yard.js";

const LONGEST_LIST = 30;
const CLASSES = { done: "ok", refused: "bad", waiting: "waiting", lost: "bad" };

function made(name, text = "", className = "") {
  const element = document.createElement(name);
  element.textContent = text;
  element.className = className;
  return element;
}

/** The entries of `list`; `say(key, values)` gives the page's sentences, `choose` acts on a refused scan. */
export class Answers {
  #list;
  #say;
  #choose;
  #overfills;
  #items = new Map();

  constructor(list, say, choose, overfills) {
    this.#overfills = overfills;
    this.#list = list;
    this.#say = say;
    this.#choose = choose;
  }

  /** Show `scan` with `sentence`; a scan that is shown already is brought up to date in its place. */
  show(scan, sentence, hint = "") {
    let item = this.#items.get(scan.id);
    if (!item) {
      item = document.createElement("li");
      this.#items.set(scan.id, item);
      this.#list.prepend(item);
      this.#trim();
    }
    const look = CLASSES[scan.state];
    item.className = look;
    item.dataset.state = scan.state;
    item.dataset.tag = scan.tag;
    item.dataset.kind = scan.asked.kind;
    const words = [made("strong", scan.tag, `badge ${look}`), " ", made("span", sentence)];
    if (hint) words.push(" ", made("small", hint));
    item.replaceChildren(...words);
    if (scan.state !== "refused") return;
    if (!scan.photoOnly && !scan.noteOnly) item.append(made("p", this.#say("refused")));
    item.append(this.#choices(scan));
  }

  /** The tags of what was picked on this page. */
  picked() {
    const done = [...this.#items.values()].filter(({ dataset }) => dataset.state === "done" && dataset.kind === "pick");
    return done.map(({ dataset }) => dataset.tag);
  }

  remove(scan) {
    this.#items.get(scan.id)?.remove();
    this.#items.delete(scan.id);
  }

  /** Old answers leave the list; what waits or was refused stays until it is settled. */
  #trim() {
    const settled = [...this.#items].filter(([, item]) => item.dataset.state === "done");
    for (const [id, item] of settled.slice(0, Math.max(0, settled.length - LONGEST_LIST))) {
      item.remove();
      this.#items.delete(id);
    }
  }

  #choices(scan) {
    const actions = made("div", "", "actions");
    const button = (key, act) => {
      const one = made("button", this.#say(key), "secondary");
      one.type = "button";
      one.addEventListener("click", act);
      actions.append(one);
    };
    if (scan.noteOnly) {
      button("note-again", () => this.#choose("note-again", scan));
      button("note-remove", () => this.#choose("note-remove", scan));
      return actions;
    }
    if (scan.photoOnly) {
      button("discard", () => actions.replaceWith(this.#reasons(scan, "discard")));
      return actions;
    }
    if (this.#overfills && ["place_full", "piece_too_long"].includes(scan.code)) {
      button("overfill", () => actions.replaceWith(this.#reasons(scan, "overfill")));
    }
    if (scan.code === "swap_needs_reason") button("swap", () => actions.replaceWith(this.#reasons(scan, "swap")));
    button("again", () => this.#choose("again", scan));
    if (scan.asked.place !== undefined) button("place", () => this.#choose("place", scan));
    if (["bundle_not_advised", "advice_exceeded"].includes(scan.code)) button("extra", () => this.#choose("extra", scan));
    button("discard", () => actions.replaceWith(this.#reasons(scan, "discard")));
    return actions;
  }

  /** The yard's reasons for giving a scan up, or for taking a bundle in the place of another. */
  #reasons(scan, what) {
    const [question, use] = {
      discard: ["reason", "give_up"],
      overfill: ["why-overfill", "overfill"],
      swap: ["why-swap", "swap"],
    }[what];
    const actions = made("div", "", "actions");
    actions.setAttribute("role", "group");
    actions.setAttribute("aria-label", this.#say(question));
    actions.append(made("span", this.#say(question)));
    for (const { name } of reasonsOf(scan.yard, use)) {
      const one = made("button", name, "secondary");
      one.type = "button";
      one.addEventListener("click", () => this.#choose(what, scan, name));
      actions.append(one);
    }
    return actions;
  }
}
