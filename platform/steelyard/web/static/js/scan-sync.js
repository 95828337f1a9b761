// Sending what the device keeps: one request at a time, each batch under its own key until it is answered.
import { forget, giveUp, list, newId, nextBatch, refuseNote, refusePhoto, settle, takeApart } from "./scan-store.js";

const FIRST_WAIT_S = 2;
const LONGEST_WAIT_S = 60;
const PATIENCE_MS = 30_000;
const LOCK = "steelyard-scan-sync";

/** Ends a run that cannot go on now: `why` is "signed-out", "other", "away" or "refused". */
class Stop extends Error {
  constructor(why, detail = "", waitS = 0) {
    super(why);
    Object.assign(this, { why, detail, waitS });
  }
}

async function ask(address, options = {}) {
  let answer;
  try {
    answer = await fetch(address, { ...options, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    throw new Stop("away");
  }
  if (answer.status === 401) throw new Stop("signed-out");
  // Busy or broken: nothing was changed, and the same request may come again.
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408) {
    throw new Stop("away", "", Number(answer.headers.get("Retry-After")) || 0);
  }
  try {
    return { status: answer.status, body: await answer.json() };
  } catch {
    throw new Stop("away");
  }
}

/** Sends the scans of `owner`. `told` is called with what the page shows: settled scans, the device's data, the state. */
export class Sync {
  #told;
  #owner;
  #running = false;
  #again = false;
  #failures = 0;
  #timer = null;
  #csrf = "";
  /** Server's clock less this device's, in ms, as measured since the page was opened; null before. */
  offset = null;

  constructor(owner, told) {
    this.#owner = owner;
    this.#told = told;
  }

  /** Send now; calls during a run lead to one more run. */
  async run() {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    clearTimeout(this.#timer);
    try {
      await this.#alone(() => this.#send());
      this.#failures = 0;
      await this.#told.state("sent");
    } catch (error) {
      await this.#stopped(error);
    } finally {
      this.#running = false;
    }
    if (this.#again) {
      this.#again = false;
      await this.run();
    }
  }

  /** Two tabs would send the same batch twice; the server answers once, yet it need not be asked. */
  async #alone(work) {
    if (!navigator.locks) return work();
    return navigator.locks.request(LOCK, work);
  }

  async #stopped(error) {
    if (!(error instanceof Stop)) {
      await this.#told.state("trouble", String(error));
      return;
    }
    if (error.why === "away") {
      const wait = Math.max(error.waitS, Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** this.#failures));
      this.#failures += 1;
      this.#timer = setTimeout(() => this.run(), wait * 1000);
      await this.#told.state("away", wait);
      return;
    }
    await this.#told.state(error.why, error.detail);
  }

  async #send() {
    await this.#greet();
    for (;;) {
      const batch = await nextBatch(this.#owner, (scan) => this.#operation(scan));
      if (batch === null) break;
      await this.#deliver(batch);
    }
    await this.#sendPhotos();
    await this.#tellGivenUp();
  }

  /** Send the photos of defects that the server knows of; one that it does not take stays in the list. */
  async #sendPhotos() {
    for (const scan of (await list(this.#owner)).filter(({ state }) => state === "photo")) {
      const address = `/api/v1/warehouses/${scan.yard}/defect-photos?operation=${encodeURIComponent(scan.id)}`;
      const { status, body } = await this.#post(address, newId(), scan.photo, "image/jpeg");
      if (status === 201) await forget([scan.seq]);
      else if (body.code === "csrf_failed") throw new Stop("refused", body.detail);
      else await this.#told.settled([await refusePhoto(scan.seq, body.code, body.detail)]);
    }
  }

  /** Ask the server who is signed in, what time it is, and for a fresh token. */
  async #greet() {
    const began = Date.now();
    const { status, body } = await ask("/api/v1/warehouse/device");
    if (status !== 200) throw new Stop("refused", body.detail);
    const ended = Date.now();
    this.offset = Math.round(Date.parse(body.server_time) - (began + ended) / 2);
    this.#csrf = body.csrf_token ?? "";
    if (`${body.org_id}:${body.user_id}` !== this.#owner) throw new Stop("other", body.user_name);
    await this.#told.device(body);
  }

  /** The operation as it is sent from now on: its time is the server's, measured as near to the scan as we can. */
  #operation(scan) {
    const at = Math.min(scan.made_at + (scan.offset ?? this.offset), Date.now() + this.offset);
    return { client_op_id: scan.id, event_at: new Date(at).toISOString(), ...scan.asked };
  }

  async #post(address, key, text, type = "application/json", renewed = false) {
    const headers = { "Content-Type": type, "Idempotency-Key": key, "X-CSRF-Token": this.#csrf };
    const answer = await ask(address, { method: "POST", headers, body: text });
    if (answer.status === 403 && answer.body.code === "csrf_failed" && !renewed) {
      await this.#greet();
      return this.#post(address, key, text, type, true);
    }
    return answer;
  }

  async #deliver(batch) {
    const { status, body } = await this.#post("/api/v1/warehouse/operations", batch.key, batch.body);
    if (status === 200) {
      await this.#told.settled(await settle(batch, body.answers));
    } else if (body.code === "csrf_failed") {
      throw new Stop("refused", body.detail);
    } else if (body.code === "operation_in_flight") {
      throw new Stop("away");
    } else if (batch.seqs.length > 1) {
      await takeApart(batch);
    } else {
      await this.#told.settled(await settle(batch, [{ outcome: "refused", code: body.code, detail: body.detail }]));
    }
  }

  /** Tell which scans were given up, and why; what the server does not note stays in the list. */
  async #tellGivenUp() {
    const left = (await list(this.#owner)).filter((scan) => scan.state === "given up");
    for (const scan of left) {
      const told = { client_op_id: scan.id, tag: scan.tag.slice(0, 60), reason: scan.reason };
      const text = JSON.stringify({ warehouse_id: scan.yard, scans: [told] });
      const { status, body } = await this.#post("/api/v1/warehouse/given-up", scan.giving, text);
      if (status === 200) await forget([scan.seq]);
      else if (body.code === "csrf_failed") throw new Stop("refused", body.detail);
      else if (body.code === "operation_in_flight") throw new Stop("away");
      else await this.#told.settled([await refuseNote(scan.seq, body.code, body.detail)]);
    }
  }

  /** Give up a refused scan with a reason, and tell the server when it can be reached. */
  async giveUp(seq, reason) {
    await giveUp(seq, reason);
    await this.run();
  }
}
