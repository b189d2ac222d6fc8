/** The daily cue: the picture goes dark, and what comes back is the untouched original. */

import { ends, frameOf } from "../shared/timeline.js";

/** @typedef {import("../types/messages.js").Score} Score */
/** @typedef {import("../types/messages.js").Frame} Frame */
/** @typedef {import("../types/messages.js").Snapshot} Snapshot */

const DIMS = 1400; // ms; as long as the stylesheet takes

/**
 * The same score with the scan in the place of everything that was made of it.
 * @param {Score} score
 * @returns {Score}
 */
export function originals(score) {
  /** @param {Frame} frame */
  const scan = ({ photo }) => frameOf(photo, "scan");
  const [first, ...rest] = score.cues.map((cue) => ({
    ...cue,
    before: scan(cue.before),
    after: scan(cue.after),
  }));
  return { ...score, cues: [first, ...rest] };
}

export class LightsOut {
  /** @param {import("../shared/player.js").Player} player */
  constructor(player) {
    this.player = player;
    this.dark = false;
    this.turning = 0;
  }

  /** The score to play for a snapshot. @param {Snapshot} snapshot */
  adapt(snapshot) {
    const wanted = snapshot.lights_out !== null;
    if (wanted !== this.dark && this.turning === 0) {
      document.documentElement.classList.add("dims");
      this.turning = window.setTimeout(() => this.turn(), DIMS);
    }
    return this.dark ? originals(snapshot.score) : snapshot.score;
  }

  turn() {
    this.turning = 0;
    const { snapshot } = this.player;
    this.dark = snapshot !== null && snapshot.lights_out !== null;
    if (snapshot) this.player.play(this.adapt(snapshot));
    document.documentElement.classList.remove("dims");
  }

  /** Lights up where there is no server to say so; not into a change. @param {number} now server time, ms */
  alone(now) {
    const { snapshot } = this.player;
    const cue = snapshot?.lights_out ?? null;
    if (snapshot === null || cue === null) return;
    if (now < Math.max(cue.ends, ends(snapshot.score) ?? 0)) return;
    this.player.snapshot = { ...snapshot, lights_out: null };
    this.adapt(this.player.snapshot);
  }
}
