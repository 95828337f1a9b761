// The scan page: a tag comes from a key, a handheld or the camera, is kept on the device, and then sent.
import { certificateIn, certificateOf, take } from "./scan-certificate.js";
import { faultOf, forget, ofOneBundle, photoOf } from "./scan-defect.js";
import { listen } from "./scan-keys.js";
import { Answers } from "./scan-list.js";
import { NumberWrong, numberOf } from "./scan-numbers.js";
import { mute, muted, signal } from "./scan-signals.js";
import { add, bundle, forget as drop, forgetYards, list, newId, note, noted, others, replace, unsent } from "./scan-store.js";
import { Sync } from "./scan-sync.js";
import { announced, fetchTasks, picksOf, recall, refresh, showTasks, suggested } from "./scan-yard.js";

const form = document.querySelector('[data-island="scan"]');
/** The same tag within this time is one scan: a trigger pressed twice, a label held still. */
const TWICE_MS = 1000;
/** A clock further off than this is told to the user, in ms. */
const CLOCK_MS = 2 * 60 * 1000;
/** How old the lists of what is announced and to be put away may be, in ms. */
const TASKS_MS = 60 * 1000;

const part = (name) => form.querySelector(`[data-${name}]`);
const field = (name) => form.elements.namedItem(name);
const clockTime = (moment) => new Date(moment).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

/** A sentence of the page, with its {values} filled in. */
function say(key, values = {}) {
  const text = form.querySelector(`[data-text="${key}"]`).textContent;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** What is shown of a scanned text: the tag, where the text is that of one of our labels. */
function tagOf(text) {
  const path = text.startsWith(form.dataset.scheme) ? text.slice(form.dataset.scheme.length).split("/") : [];
  try {
    return path.length === 2 ? decodeURIComponent(path[1]) : text;
  } catch {
    return text;
  }
}

/** What the chosen kind of operation needs beside the tag; what is empty is left out: the server says what it needs. */
function details(kind, tag) {
  const place = { place: field("place").value };
  const wanted = {
    move: () => place,
    put_away: () => ({ place: field("target").value || suggested(tag) }),
    issue: () => ({ issue_number: field("issue_number").value }),
    pick: () => ({ delivery_number: field("delivery_number").value, place: field("pick_place").value }),
    count: () => ({ ...place, ...numberOf(field("pieces")), stocktake_number: field("stocktake_number").value }),
    defect: () => ({ ...numberOf(field("defective"), "pieces"), defect: faultOf(form) }),
    receive: () => ({ ...place, ...numberOf(field("pieces")), receipt_number: field("receipt_number").value, ...goods() }),
  }[kind]();
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== ""));
}

/** What is typed of bundles that come in, for where neither advice nor code says it. */
function goods() {
  const texts = { heat_number: field("heat_number").value.trim(), mill_name: field("mill_name").value.trim() };
  const product = Number(field("product_id").value);
  const numbers = { ...numberOf(field("piece_length_mm")), ...numberOf(field("stated"), "mass_g", 1000) };
  return { ...texts, ...certificateOf(form), ...(product ? { product_id: product } : {}), ...numbers };
}

/** The field of a task in which its place is chosen. */
const PLACES = { put_away: "target", pick: "pick_place" };

function newScan(text) {
  const kind = field("kind").value;
  const tag = tagOf(text);
  return {
    id: newId(),
    owner: form.dataset.owner,
    name: form.dataset.name,
    yard: Number(field("warehouse_id").value),
    state: "waiting",
    tag: shown(tag),
    made_at: Date.now(),
    offset: sync.offset,
    task: kind,
    asked: { kind, ...(plain(text) ? { tag } : { code: text }) },
  };
}

/** A tag as people write it; anything else is the text of a code, which the server reads. */
const plain = (text) => /^[\p{L}\p{N}./#*_+-]{1,60}$/u.test(text) && !/^0[01]\d{13}/.test(text);
const shown = (text) => text.replace(/[\u0000-\u001f]/g, "␝").slice(0, 60);

/** What the server said of a scan; a field that it misses is called as the page calls it. */
function sentenceOf({ photoOnly, noteOnly, reason, detail, code }) {
  if (noteOnly) return say("note-refused", { reason, detail });
  if (photoOnly) return `${say("photo-lost")} ${detail}`;
  if (code !== "operation_incomplete") return detail;
  return detail.replace(/\b[a-z]+(_[a-z]+)*\b/g, (name) => {
    const label = CHOSEN.includes(name) && field(name)?.labels[0];
    return label ? `“${label.firstChild.textContent.trim()}”` : name;
  });
}

const answers = form && new Answers(part("answers"), say, choose, form.dataset.overfills === "1");
/** One tab sends what all of them scanned: the others are told what became of it. */
const tabs = form && new BroadcastChannel(`steelyard-scan-${form.dataset.owner}`);

function showSettled(scans) {
  for (const scan of scans) answers.show(scan, sentenceOf(scan));
  signal(scans.some(({ state }) => state === "refused") ? "refused" : "done");
  showPicks();
}

const sync =
  form &&
  new Sync(form.dataset.owner, {
    settled(scans) {
      tabs.postMessage(scans.map(({ photo, ...scan }) => scan));
      showSettled(scans);
      if (scans.some(({ task }) => task === "receive" || task === "put_away")) tasksAt = 0;
      if (scans.some(({ state, asked }) => state === "done" && asked.swap_reason)) sync.run(); // another list now
      return showState();
    },
    async device(device) {
      await note("device", device);
      showTasks(form, device);
      showPicks();
      showClock();
      await holdBundles();
      await holdTasks();
    },
    state: showOutcome,
  });
/** When each tag was scanned last; a label held still is one scan for as long as it is held. */
const recent = new Map();

/** Keep a scan; only when it is on the disk is it confirmed. */
async function scanned(text) {
  const certificate = field("kind").value === "receive" ? certificateIn(text) : null;
  if (certificate !== null) {
    take(form, certificate);
    signal("kept");
    return part("last").replaceChildren(say("certificate", { number: certificate }));
  }
  const now = performance.now();
  const tag = tagOf(text);
  const twice = now - (recent.get(tag) ?? -TWICE_MS) < TWICE_MS;
  for (const [old, at] of recent) if (now - at >= TWICE_MS) recent.delete(old);
  recent.set(tag, now);
  if (twice) {
    trouble(say("twice"));
    return;
  }
  const scan = newScan(text);
  const taken = ofOneBundle(form, scan.task);
  try {
    Object.assign(scan.asked, details(scan.task, scan.tag));
  } catch (error) {
    lose(scan, sentenceOfNumber(error));
    return;
  }
  if (scan.task === "put_away" && scan.asked.place === undefined) {
    lose(scan, say("no-suggestion"));
    return;
  }
  if (scan.asked.defect?.kind === "") {
    lose(scan, say("no-kind"));
    return;
  }
  if (scan.task === "defect" && !(await withPhoto(scan))) return;
  if (await keep(scan, add)) forget(form, taken);
}

/** Tell that a scan is not kept, and why; what was not kept may be scanned again at once. */
function lose(scan, sentence) {
  answers.show({ ...scan, state: "lost" }, sentence);
  signal("refused");
  recent.clear();
}

/** What is wrong with a number that was typed; any other error is thrown on. */
function sentenceOfNumber(error) {
  if (!(error instanceof NumberWrong)) throw error;
  return say("number", error.values);
}

/** Give the scan the photo that was taken; false where the file is none. */
async function withPhoto(scan) {
  try {
    const photo = await photoOf(form);
    if (photo !== null) scan.photo = photo;
    return true;
  } catch {
    lose(scan, say("no-photo"));
    return false;
  }
}

/** Keep a scan; false where the device could not. */
async function keep(scan, store) {
  trouble("");
  try {
    const kept = await store(scan);
    const hint = await known(kept);
    answers.show(kept, say("kept"), hint);
    signal("kept");
  } catch (error) {
    const sentence = say(error?.name === "QuotaExceededError" ? "full" : "failed");
    lose(scan, sentence);
    trouble(sentence);
    return false;
  }
  await showState();
  await showPicks();
  sync.run();
  return true;
}

/** What this device knows of the bundle; nothing in a count, which is blind. */
async function known(scan) {
  if (scan.task === "put_away") return say("put", { place: scan.asked.place });
  if (scan.task === "receive") {
    const line = announced(scan.tag);
    return line ? say("announced", { bundle: [line.goods, line.heat_number, line.pieces].filter(Boolean).join(" · ") }) : "";
  }
  if (scan.asked.kind === "count") return "";
  const found = await bundle(scan.yard, scan.tag).catch(() => undefined);
  if (!found) return "";
  const heat = found.mixed_heats ? `${found.heat_number} (${say("mixed")})` : found.heat_number;
  return say("held", { bundle: [found.size, found.grade, heat, found.place].join(" · ") });
}

/** What the user chose for a refused scan. */
async function choose(what, scan, reason) {
  if (["discard", "note-again", "note-remove"].includes(what)) {
    answers.remove(scan);
    if (what === "note-remove") await drop([scan.seq]);
    else await sync.giveUp(scan.seq, reason ?? scan.reason);
    await showState();
    return;
  }
  const { operation, code, detail, alone, ...first } = scan;
  const now = { id: newId(), state: "waiting", made_at: Date.now(), offset: sync.offset };
  let asked;
  try {
    asked = askedAnew(what, scan, reason);
  } catch (error) {
    trouble(sentenceOfNumber(error));
    signal("refused");
    return;
  }
  if (asked.defect?.kind === "") {
    trouble(say("no-kind"));
    return;
  }
  answers.remove(scan);
  await keep({ ...first, ...now, asked }, ({ seq, ...fresh }) => replace(scan.seq, fresh));
}

/** What is chosen now of what a scan lacked when it was made: a lorry, a list, a place. */
function missed(scan) {
  if (scan.code !== "operation_incomplete") return {};
  return Object.fromEntries(Object.entries(details(scan.task, scan.tag)).filter(([name]) => CHOSEN.includes(name)));
}

/** The kind of defect that is chosen now, where the yard does not know the one of the scan any more. */
function renamed(scan) {
  if (!["reason_unknown", "reason_retired"].includes(scan.code)) return {};
  return { defect: { ...scan.asked.defect, kind: field("defect_kind").value } };
}

/** What a refused scan asks for, as it is corrected. */
function askedAnew(what, scan, reason) {
  const asked = {
    again: () => (scan.task === "receive" ? { ...scan.asked, ...details("receive", scan.tag) } : { ...missed(scan), ...scan.asked, ...renamed(scan) }),
    place: () => ({ ...scan.asked, place: field(PLACES[scan.task] ?? "place").value }),
    swap: () => ({ ...scan.asked, swap_reason: reason }),
    overfill: () => ({ ...scan.asked, over_capacity: reason }),
    extra: () => ({ ...scan.asked, ...goods(), ...numberOf(field("pieces")), extra: true }),
  }[what]();
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== ""));
}

function trouble(sentence) {
  part("trouble").textContent = sentence;
  part("trouble").hidden = sentence === "";
}

/** How many scans wait, and whose besides. */
async function showState() {
  const waiting = (await list(form.dataset.owner)).filter(unsent).length;
  const badge = part("queue");
  badge.textContent = waiting === 0 ? say("none") : say("unsent", { count: waiting });
  badge.className = `badge ${waiting === 0 ? "ok" : "warn"}`;
  badge.dataset.waiting = String(waiting);
  const last = await noted("last");
  part("last").textContent = last ? say("last", { time: clockTime(last) }) : "";
  const strangers = [...(await others(form.dataset.owner))];
  part("other").textContent = strangers.map(([name, count]) => say("strangers", { name, count })).join(" ");
  part("other").hidden = strangers.length === 0;
}

async function showOutcome(outcome, detail) {
  if (outcome === "sent") {
    await note("last", Date.now());
    await holdTasks();
  }
  await showState();
  part("signed-out").hidden = outcome !== "signed-out";
  if (outcome === "away") part("last").textContent = navigator.onLine ? say("later", { seconds: detail }) : say("offline");
  if (outcome === "other") {
    part("other").textContent = say("other", { name: detail, owner: form.dataset.name });
    part("other").hidden = false;
  }
  if (outcome === "refused" || outcome === "trouble") trouble(detail);
}

function showClock() {
  const minutes = Math.round(Math.abs(sync.offset) / 60_000);
  if (Math.abs(sync.offset) >= CLOCK_MS) trouble(say("clock", { minutes }));
}

async function holdBundles(wanted = false) {
  const yard = Number(field("warehouse_id").value);
  const kit = await refresh(yard, field("section").value, wanted).catch(() => noted(`kit:${yard}`));
  if (!kit) part("kit").textContent = say("kit-none");
  else part("kit").textContent = say(kit.whole ? "kit" : "kit-part", { count: kit.count, time: clockTime(kit.at) });
}

/** What is still to be picked, without what was scanned on this device and not refused. */
async function showPicks() {
  const device = await noted("device");
  const scanned = (await list(form.dataset.owner)).filter(({ state, asked }) => asked.kind === "pick" && !["refused", "given up"].includes(state));
  const gone = new Set(scanned.map(({ tag }) => tag).concat(answers.picked()));
  const lines = picksOf(form, device).filter(({ tag }) => !gone.has(tag));
  part("picks").replaceChildren(
    ...lines.map(({ tag, place }) => Object.assign(document.createElement("li"), { textContent: `${place} · ${tag}` })),
  );
}

let tasksAt = 0;

/** Hold what is announced and what is to be put away; asked for again after a minute, or when something came. */
async function holdTasks() {
  if (!field("receipt_number") || Date.now() - tasksAt < TASKS_MS) return;
  tasksAt = Date.now();
  await fetchTasks(Number(field("warehouse_id").value)).catch(() => {
    tasksAt = 0;
  });
}

function showFields() {
  const kind = field("kind").value;
  for (const label of form.querySelectorAll("[data-for]")) {
    label.hidden = !label.dataset.for.split(" ").includes(kind);
  }
}

/** Let the camera type and send, where the browser has one to offer. */
function offerCamera() {
  const button = part("camera");
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
      part("camera-refused").hidden = false;
    }
    video.hidden = stop === null;
    button.setAttribute("aria-pressed", String(stop !== null));
    button.disabled = false;
  });
}

function offerMute() {
  const button = part("mute");
  const show = () => button.setAttribute("aria-pressed", String(muted()));
  button.addEventListener("click", () => {
    mute(!muted());
    show();
  });
  show();
}

/** Install the service worker, which keeps this page for the next time without a network. */
async function workOffline() {
  navigator.storage?.persist?.();
  if (!navigator.serviceWorker) return;
  const controlled = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (controlled) part("fresh").hidden = false;
  });
  await navigator.serviceWorker.register(form.dataset.worker, { scope: form.dataset.page });
  await navigator.serviceWorker.ready;
  form.dataset.ready = "1";
}

/** What is chosen in the form outlives a reload: who scans a lorry goes on with that lorry. */
const CHOSEN = ["warehouse_id", "section", "kind", "place", "target", "receipt_number", "delivery_number", "issue_number", "stocktake_number"];

function remember() {
  const there = CHOSEN.filter((name) => field(name));
  return note("chosen", Object.fromEntries(there.map((name) => [name, field(name).value])));
}

async function chooseAgain() {
  for (const [name, value] of Object.entries((await noted("chosen")) ?? {})) {
    const one = field(name);
    const offered = one instanceof HTMLSelectElement ? [...one.options] : one instanceof RadioNodeList ? [...one] : [];
    if (offered.some((option) => option.value === value)) one.value = value;
  }
}

/** Show what this device kept from before: scans that wait, and refused ones with their choices. */
async function restore() {
  const device = await noted("device");
  if (device && `${device.org_id}:${device.user_id}` === form.dataset.owner) {
    await chooseAgain();
    showTasks(form, device);
    await chooseAgain();
    showFields();
    showPicks();
  } else await forgetYards();
  await recall(Number(field("warehouse_id").value));
  for (const scan of await list(form.dataset.owner)) {
    if (scan.state === "waiting") answers.show(scan, say("kept"));
    if (scan.state === "photo") answers.show({ ...scan, state: "waiting" }, say("photo-kept"));
    if (scan.state === "refused") answers.show(scan, sentenceOf(scan));
  }
  await showState();
  await holdBundles();
}

function attend() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field("tag").value.trim();
    field("tag").value = "";
    field("tag").focus();
    if (text !== "") scanned(text);
  });
  form.addEventListener("change", async (event) => {
    if (event.target.name === "kind") {
      showFields();
      if (["receive", "put_away"].includes(event.target.value)) await holdTasks();
    }
    if (["kind", "delivery_number", "warehouse_id"].includes(event.target.name)) showPicks();
    if (event.target.name === "warehouse_id") {
      const device = await noted("device");
      if (device) showTasks(form, device);
      tasksAt = 0;
      await recall(Number(field("warehouse_id").value));
      await holdTasks();
    }
    if (event.target.name === "receipt_number") take(form, ""); // another lorry has papers of its own
    if (CHOSEN.includes(event.target.name)) await remember();
    if (["warehouse_id", "section"].includes(event.target.name)) await holdBundles();
  });
  part("reload").addEventListener("click", () => location.reload());
  part("sync").addEventListener("click", () => sync.run());
  window.addEventListener("online", () => sync.run());
  tabs.addEventListener("message", ({ data }) => {
    showSettled(data);
    showState();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) sync.run();
  });
}

if (form) {
  offerCamera();
  offerMute();
  attend();
  listen(field("tag"), scanned);
  showFields();
  await restore().catch(() => trouble(say("failed")));
  sync.run();
  workOffline().catch((error) => trouble(String(error)));
}
