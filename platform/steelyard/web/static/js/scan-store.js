// What the device keeps: scans until they are answered, batches until they are answered, bundles of the section.
// A promise of this module is kept only when IndexedDB has completed the transaction: what it says is stored, is.

const NAME = "steelyard-scan";
const SHAPE = 1;
/** The most operations that the server takes in one request. */
export const LARGEST_BATCH = 1000;

let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, SHAPE);
    request.onupgradeneeded = () => {
      const db = request.result;
      const scans = db.createObjectStore("scans", { keyPath: "seq", autoIncrement: true });
      scans.createIndex("id", "id", { unique: true });
      scans.createIndex("owner", "owner");
      db.createObjectStore("batches", { keyPath: "key" }).createIndex("owner", "owner");
      db.createObjectStore("bundles", { keyPath: ["yard", "tag"] });
      db.createObjectStore("notes");
    };
    request.onerror = () => {
      opened = null; // the next scan tries again
      reject(request.error);
    };
    request.onsuccess = () => {
      const db = request.result;
      const closed = () => {
        opened = null;
      };
      db.onclose = closed;
      db.onversionchange = () => {
        db.close();
        closed();
      };
      resolve(db);
    };
  });
  return opened;
}

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Run `work` in one transaction; resolve with its result when the transaction is complete on the disk. */
async function within(names, mode, work) {
  const db = await open();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(names, mode, { durability: mode === "readwrite" ? "strict" : "default" });
    let result;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(transaction.error ?? new DOMException("aborted", "AbortError"));
    const stores = Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)]));
    work(stores).then(
      (value) => {
        result = value;
      },
      (error) => {
        reject(error); // an aborted transaction no longer tells why
        try {
          transaction.abort();
        } catch {
          // it ended by itself
        }
      },
    );
  });
}

/** A random id; crypto.randomUUID is absent where the page came over plain HTTP. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Keep one scan; resolves with it, its `seq` included, once it is on the disk. */
export function add(scan) {
  return within(["scans"], "readwrite", async ({ scans }) => ({ ...scan, seq: await asked(scans.add(scan)) }));
}

/** All scans of `owner` that wait or were refused, oldest first. */
export function list(owner) {
  return within(["scans"], "readonly", ({ scans }) => asked(scans.index("owner").getAll(owner)));
}

/** Whether the server has still to hear of a scan: of the scan itself, of its photo, or that it was given up. */
export const unsent = ({ state }) => ["waiting", "photo", "given up"].includes(state);

/** Who else has scans on this device, and how many that were not answered. */
export function others(owner) {
  return within(["scans"], "readonly", async ({ scans }) => {
    const counts = new Map();
    for (const scan of await asked(scans.getAll())) {
      if (scan.owner !== owner && unsent(scan)) counts.set(scan.name, (counts.get(scan.name) ?? 0) + 1);
    }
    return counts;
  });
}

/** The oldest batch of `owner` that has no answer yet, or a new one of what waits in one yard; null where nothing does.
 *
 * A batch is kept with its key and its very bytes, so that sending it again is the same request.
 */
export function nextBatch(owner, operationOf) {
  return within(["scans", "batches"], "readwrite", async ({ scans, batches }) => {
    const [left] = await asked(batches.index("owner").getAll(owner, 1));
    if (left) return left;
    const waiting = (await asked(scans.index("owner").getAll(owner))).filter((scan) => scan.state === "waiting");
    if (waiting.length === 0) return null;
    return makeBatch(waiting, operationOf, { scans, batches });
  });
}

async function makeBatch(waiting, operationOf, { scans, batches }) {
  const [{ yard, owner, alone }] = waiting;
  const most = alone ? 1 : LARGEST_BATCH;
  const chosen = waiting.filter((scan) => scan.yard === yard).slice(0, most);
  for (const scan of chosen) {
    scan.operation ??= operationOf(scan);
    await asked(scans.put(scan));
  }
  const body = JSON.stringify({ warehouse_id: yard, operations: chosen.map((scan) => scan.operation) });
  const batch = { key: newId(), owner, body, seqs: chosen.map((scan) => scan.seq) };
  await asked(batches.put(batch));
  return batch;
}

/** Settle a batch by the answers that the server gave: what was done is forgotten, what was refused is kept.
 *
 * A report that was done stays until its photo is sent.
 */
export function settle(batch, answers) {
  return within(["scans", "batches"], "readwrite", async ({ scans, batches }) => {
    const settled = [];
    for (const [place, seq] of batch.seqs.entries()) {
      const scan = await asked(scans.get(seq));
      if (!scan) continue;
      const { outcome, code, detail } = answers[place];
      const told = { ...scan, state: outcome === "done" ? "done" : "refused", code, detail };
      if (outcome !== "done") await asked(scans.put(told));
      else if (scan.photo) await asked(scans.put({ ...told, state: "photo" }));
      else await asked(scans.delete(seq));
      settled.push(told);
    }
    await asked(batches.delete(batch.key));
    return settled;
  });
}

/** Take a batch apart that the server refuses as a whole: its scans are then sent one by one. */
export function takeApart(batch) {
  return within(["scans", "batches"], "readwrite", async ({ scans, batches }) => {
    for (const seq of batch.seqs) {
      const scan = await asked(scans.get(seq));
      if (scan) await asked(scans.put({ ...scan, alone: true }));
    }
    await asked(batches.delete(batch.key));
  });
}

/** Keep why the server did not take the photo of a report that it has; resolves with what is shown of it. */
export function refusePhoto(seq, code, detail) {
  return within(["scans"], "readwrite", async ({ scans }) => {
    const { photo, ...scan } = await asked(scans.get(seq));
    const told = { ...scan, state: "refused", photoOnly: true, code, detail };
    await asked(scans.put(told));
    return told;
  });
}

/** Keep why the server did not note that a scan was given up; resolves with what is shown of it. */
export function refuseNote(seq, code, detail) {
  return within(["scans"], "readwrite", async ({ scans }) => {
    const told = { ...(await asked(scans.get(seq))), state: "refused", noteOnly: true, code, detail };
    await asked(scans.put(told));
    return told;
  });
}

/** Put `fresh` in the place of a refused scan, in one transaction. */
export function replace(seq, fresh) {
  return within(["scans"], "readwrite", async ({ scans }) => {
    await asked(scans.delete(seq));
    return { ...fresh, seq: await asked(scans.add(fresh)) };
  });
}

/** Give up a refused scan; why is kept until the server has noted it. */
export function giveUp(seq, reason) {
  return within(["scans"], "readwrite", async ({ scans }) => {
    const scan = await asked(scans.get(seq));
    if (scan?.state === "refused") await asked(scans.put({ ...scan, state: "given up", reason, giving: newId() }));
  });
}

/** Forget scans that need nothing more. */
export function forget(seqs) {
  return within(["scans"], "readwrite", async ({ scans }) => {
    for (const seq of seqs) await asked(scans.delete(seq));
  });
}

/** Hold these bundles of a yard in the place of those held before. */
export function hold(yard, found) {
  return within(["bundles"], "readwrite", async ({ bundles }) => {
    await asked(bundles.delete(IDBKeyRange.bound([yard], [yard, []])));
    for (const one of found) await asked(bundles.put({ ...one, yard }));
  });
}

/** Forget what was held for another user: his yards, tasks and bundles, never his scans. */
export function forgetYards() {
  return within(["bundles", "notes"], "readwrite", async ({ bundles, notes }) => {
    await asked(bundles.clear());
    await asked(notes.clear());
  });
}

export function bundle(yard, tag) {
  return within(["bundles"], "readonly", ({ bundles }) => asked(bundles.get([yard, tag])));
}

export function note(key, value) {
  return within(["notes"], "readwrite", ({ notes }) => asked(notes.put(value, key)));
}

export function noted(key) {
  return within(["notes"], "readonly", ({ notes }) => asked(notes.get(key)));
}
