// The camera as one more way to fill in a tag. It needs a secure page: https, or this very machine.
import { BarcodeDetector } from "../vendor/barcode.js";

const FORMATS = ["qr_code", "data_matrix", "code_128"];
const BETWEEN_LOOKS_MS = 120;
/** A label must leave the picture this long before it counts as scanned again. */
const FORGET_AFTER_MS = 1500;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Show the camera in `video` and call `found` with the text of each label that comes into the picture; returns what ends it. */
export async function watch(video, found) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  video.srcObject = stream;
  await video.play();
  const detector = new BarcodeDetector({ formats: FORMATS });
  const seen = new Map();
  let watching = true;

  async function look() {
    for (const { rawValue } of await detector.detect(video)) {
      const now = performance.now();
      if (now - (seen.get(rawValue) ?? -FORGET_AFTER_MS) >= FORGET_AFTER_MS) found(rawValue);
      seen.set(rawValue, now);
    }
  }

  (async () => {
    while (watching) {
      await look().catch(() => {}); // a picture that cannot be read; the next one may be
      await pause(BETWEEN_LOOKS_MS);
    }
  })();

  return () => {
    watching = false;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
}
