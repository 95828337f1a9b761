// The page for scanning: a tag is typed, or typed by a handheld that ends with Enter, and sent as one operation.
// An operation keeps its id until it is answered, so that sending it again changes nothing twice.

const LONGEST_LIST = 30;
const form = document.querySelector('[data-island="scan"]');

/** Operations that were not answered yet, in the order of their scanning. */
const waiting = [];
let sending = false;

const field = (name) => form.elements.namedItem(name);

/** The tag of a scanned label's address (steelyard:bundle:YARD/TAG), or the text as it was typed. */
function tagOf(text) {
  const scheme = form.dataset.scheme;
  if (!text.startsWith(scheme)) return text;
  try {
    return decodeURIComponent(text.slice(scheme.length).split("/").slice(1).join("/"));
  } catch {
    return text;
  }
}

/** What the chosen kind of operation needs beside the tag. */
function details(kind) {
  if (kind === "issue") return { issue_number: field("issue_number").value };
  const place = { place: field("place").value };
  if (kind === "move") return place;
  const pieces = Number.parseInt(field("pieces").value, 10);
  const counted = Number.isInteger(pieces) && pieces > 0 ? { pieces } : {};
  return { ...place, ...counted, stocktake_number: field("stocktake_number").value };
}

/** Leave out what is empty: the server then says which field the operation needs. */
function filled(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
}

function operation(tag) {
  const kind = field("kind").value;
  return {
    client_op_id: newId(),
    kind,
    tag,
    event_at: new Date().toISOString(),
    ...filled(details(kind)),
  };
}

/** A random id; crypto.randomUUID is absent where the page came over plain HTTP. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function note(tag, text) {
  const item = document.createElement("li");
  const name = document.createElement("strong");
  name.className = "badge";
  name.textContent = tag;
  const said = document.createElement("span");
  said.textContent = text;
  item.append(name, " ", said);
  const list = form.querySelector("[data-answers]");
  list.prepend(item);
  while (list.children.length > LONGEST_LIST) list.lastElementChild.remove();
  return (outcome, sentence) => {
    item.className = outcome === "done" ? "ok" : "bad";
    name.className = `badge ${item.className}`;
    said.textContent = sentence;
  };
}

/** Send what one yard's scans are waiting, oldest first; an unanswered batch stays and is sent with the next scan. */
async function send() {
  if (sending || waiting.length === 0) return;
  sending = true;
  const yard = waiting[0].yard;
  const batch = waiting.filter((entry) => entry.yard === yard);
  try {
    const answer = await fetch("/api/v1/warehouse/operations", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Idempotency-Key": newId(),
        "X-CSRF-Token": document.querySelector('meta[name="csrf-token"]').content,
      },
      body: JSON.stringify({ warehouse_id: yard, operations: batch.map((entry) => entry.operation) }),
    });
    const body = await answer.json();
    if (answer.ok) body.answers.forEach((one, index) => batch[index].tell(one.outcome, one.detail));
    else batch.forEach((entry) => entry.tell("refused", body.detail));
    // A server that is busy or broken has changed nothing: the operations keep their ids and go again.
    if (answer.status < 500 && answer.status !== 429) forget(batch);
  } catch {
    batch.forEach((entry) => entry.tell("refused", form.dataset.unsent));
  } finally {
    sending = false;
  }
  if (waiting.some((entry) => !batch.includes(entry))) await send();
}

function forget(batch) {
  for (const entry of batch) waiting.splice(waiting.indexOf(entry), 1);
}

function showFields() {
  const kind = field("kind").value;
  for (const label of form.querySelectorAll("[data-for]")) {
    label.hidden = !label.dataset.for.split(" ").includes(kind);
  }
  field("tag").focus();
}

/** Let the camera type and send, where the browser has one to offer. */
function offerCamera() {
  const button = form.querySelector("[data-camera]");
  const video = form.querySelector("video");
  if (!navigator.mediaDevices) return;
  button.hidden = false;
  let stop = null;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      if (stop) stop();
      const { watch } = await import("./camera.js");
      stop = stop ? null : await watch(video, scanned);
    } catch {
      stop = null;
      form.querySelector("[data-camera-refused]").hidden = false;
    }
    video.hidden = stop === null;
    button.setAttribute("aria-pressed", String(stop !== null));
    button.disabled = false;
  });
}

function scanned(text) {
  navigator.vibrate?.(60);
  field("tag").value = text;
  form.requestSubmit();
}

if (form) {
  offerCamera();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const tag = tagOf(field("tag").value.trim());
    field("tag").value = "";
    field("pieces").value = "";
    field("tag").focus();
    if (tag === "") return;
    const tell = note(tag, form.dataset.waiting);
    waiting.push({ yard: Number(field("warehouse_id").value), operation: operation(tag), tell });
    send();
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "kind") showFields();
  });
  showFields();
}
