// The yard on the device: its places and tasks in the form's lists, and the bundles of the chosen section.
import { hold, note, noted } from "./scan-store.js";

const PAGE = 200;
/** Most bundles that a device holds; a larger yard is held by section. */
const MOST_BUNDLES = 5000;
const FRESH_MS = 10 * 60 * 1000;
/** Most announced bundles, and bundles to be put away, that a device holds. */
const MOST_TASKS = 1000;
/** What is announced, and where bundles are to be put, by tag; kept in the notes, and here while the page is open. */
let awaited = new Map();
let putAway = new Map();
/** The reasons that each yard uses, as the server told them last. */
let reasons = new Map();

function refill(select, entries, empty) {
  const chosen = select.value;
  const options = entries.map(([value, text]) => new Option(text, value));
  select.replaceChildren(...(options.length > 0 ? options : [new Option(empty, "")]));
  if (entries.some(([value]) => value === chosen)) select.value = chosen;
}

/** Offer the kinds of defects; where the yard no longer has the chosen one none is: nothing is reported by chance. */
function refillKinds(select, faults, choose) {
  const gone = faults.every(({ code }) => code !== select.value);
  refill(select, [...(gone ? [["", choose]] : []), ...faults.map(({ code, name }) => [code, name])], "");
}

/** Show the tasks of the chosen yard in the form; `device` is what the server told last. */
export function showTasks(form, device) {
  const field = (name) => form.elements.namedItem(name);
  reasons = new Map(device.yards.map((yard) => [yard.id, yard.reasons ?? []]));
  const yard = device.yards.find(({ id }) => String(id) === field("warehouse_id").value);
  if (!yard) return;
  const named = ({ code, name }) => [code, code === name ? code : `${code} ${name}`];
  const empty = (name) => form.dataset[name];
  const places = yard.places.map(named);
  refill(field("place"), places, "");
  refill(field("pick_place"), [["", field("pick_place").options[0].text], ...places], "");
  const deliveries = yard.deliveries ?? [];
  refill(field("delivery_number"), deliveries.map(({ number, plate }) => [number, `${number} ${plate}`]), empty("noDelivery"));
  refill(field("issue_number"), yard.issues.map(({ number, plate }) => [number, `${number} ${plate}`]), empty("noIssue"));
  const lorries = (yard.receipts ?? []).map(({ number, plate, advice_number: advice }) => {
    return [number, [number, plate, advice].filter(Boolean).join(" ")];
  });
  if (field("receipt_number")) refill(field("receipt_number"), lorries, empty("noReceipt"));
  if (field("target")) refill(field("target"), [["", empty("suggested")], ...yard.places.map(named)], "");
  const faults = reasonsOf(yard.id, "defect");
  if (faults.length > 0) refillKinds(field("defect_kind"), faults, empty("choose"));
  refill(field("stocktake_number"), yard.stocktakes.map((number) => [number, number]), empty("noTake"));
  refill(field("section"), [["", empty("wholeYard")], ...yard.places.filter(({ section }) => section).map(named)], "");
}

/** The reasons that a yard uses for one kind of work. */
export const reasonsOf = (yard, use) => (reasons.get(yard) ?? []).filter((one) => one.use === use);

/** What this device knows to be picked for the chosen order, in walking order. */
export function picksOf(form, device) {
  const field = (name) => form.elements.namedItem(name).value;
  const yard = device?.yards.find(({ id }) => String(id) === field("warehouse_id"));
  return yard?.deliveries?.find(({ number }) => number === field("delivery_number"))?.picks ?? [];
}

/** All of a list of the API, up to `most`; null where the network or the server does not give it. */
async function all(address, most) {
  const found = [];
  let after = null;
  do {
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (after !== null) query.set("after", String(after));
    const answer = await fetch(`${address}?${query}`, { cache: "no-store" });
    if (!answer.ok) return null;
    const page = await answer.json();
    found.push(...page.items);
    after = page.next;
  } while (after !== null && found.length < most);
  return found;
}

/** Use what the device noted of the yard's tasks before. */
export async function recall(yard) {
  const { coming = [], lying = [] } = (await noted(`tasks:${yard}`)) ?? {};
  awaited = new Map(coming.filter(({ tag }) => tag !== null).map((one) => [one.tag, one]));
  putAway = new Map(lying.map((one) => [one.tag, one]));
}

/** Fetch what is announced on open receipts, and what is to be put away; without a network the old ones stay. */
export async function fetchTasks(yard) {
  const coming = await all(`/api/v1/warehouses/${yard}/awaited`, MOST_TASKS);
  const lying = await all(`/api/v1/warehouses/${yard}/put-away`, MOST_TASKS);
  if (coming && lying) await note(`tasks:${yard}`, { coming, lying });
  await recall(yard);
}

/** What is announced of a bundle, as far as this device knows. */
export const announced = (tag) => awaited.get(tag);

/** Where a bundle is to be put, as far as this device knows. */
export const suggested = (tag) => putAway.get(tag)?.suggested ?? "";

/** Hold the bundles of the section, unless they were fetched a moment ago; resolves with what is held. */
export async function refresh(yard, section, wanted = false) {
  const kept = await noted(`kit:${yard}`);
  if (!wanted && kept?.section === section && Date.now() - kept.at < FRESH_MS) return kept;
  const found = [];
  let after = null;
  do {
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (section) query.set("section", section);
    if (after !== null) query.set("after", String(after));
    const answer = await fetch(`/api/v1/warehouses/${yard}/kit?${query}`, { cache: "no-store" });
    if (!answer.ok) return kept;
    const page = await answer.json();
    found.push(...page.items);
    after = page.next;
  } while (after !== null && found.length < MOST_BUNDLES);
  await hold(yard, found);
  const kit = { section, at: Date.now(), count: found.length, whole: after === null };
  await note(`kit:${yard}`, kit);
  return kit;
}
