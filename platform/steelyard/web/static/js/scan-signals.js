// What the user hears and feels: one high tone for done, two low ones for refused, a short tick for kept.

const TONES = { done: [[1320, 0.09]], refused: [[330, 0.16], [247, 0.24]], kept: [[880, 0.04]] };
const BUZZES = { done: 60, refused: [120, 80, 120], kept: 25 };
const MUTED = "steelyard.scan.muted";
const GAP_S = 0.05;

let sounds = null;

export const muted = () => localStorage.getItem(MUTED) === "1";

export function mute(wanted) {
  localStorage.setItem(MUTED, wanted ? "1" : "0");
}

/** Signal `outcome` ("done", "refused" or "kept") unless the device was muted. */
export function signal(outcome) {
  document.documentElement.dataset.signal = outcome;
  if (muted()) return;
  // Before the first touch a browser refuses both; the scan counts all the same.
  if (!navigator.userActivation?.hasBeenActive) return;
  navigator.vibrate?.(BUZZES[outcome]);
  if (!window.AudioContext) return;
  sounds ??= new AudioContext();
  let at = sounds.currentTime;
  for (const [hertz, seconds] of TONES[outcome]) {
    const tone = new OscillatorNode(sounds, { frequency: hertz });
    const loudness = new GainNode(sounds, { gain: 0.2 });
    tone.connect(loudness).connect(sounds.destination);
    tone.start(at);
    tone.stop(at + seconds);
    at += seconds + GAP_S;
  }
}
