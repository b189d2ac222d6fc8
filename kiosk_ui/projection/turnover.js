/**
 * Nothing on the wall is cut: where another station's show, another edition or a picture out of all
 * order comes, what was shown dissolves into it as one photograph does into another.
 */

import { REDUCED_MS } from "../shared/player.js";
import { moment } from "../shared/timeline.js";
import { DISSOLVE_MS } from "../shared/times.js";

/** @typedef {import("../types/messages.js").Snapshot} Snapshot */
/** @typedef {import("../types/messages.js").Score} Score */
/** @typedef {import("../shared/timeline.js").Moment} Moment */

const EASE = "cubic-bezier(.35, 0, .15, 1)";

/** The photographs on the glass. @param {Moment} shown */
function photosOf({ before, after, progress }) {
  return [...(progress < 1 ? [before.photo] : []), ...(progress > 0 ? [after.photo] : [])];
}

/**
 * Whether a picture would be cut: no score leads from the one show to the other.
 * @param {Snapshot} from @param {Score} played @param {Snapshot} to @param {Score} score to be played
 * @param {number} now server time, ms
 */
export function cuts(from, played, to, score, now) {
  if (from.station !== to.station || from.edition.url !== to.edition.url) return true;
  const shown = photosOf(moment(played, now));
  return !photosOf(moment(score, now)).some((photo) => shown.includes(photo));
}

export class Turnover {
  /** @param {import("../shared/player.js").Player} player */
  constructor(player) {
    this.player = player;
    /** @type {Snapshot | null} */
    this.last = null;
    /** @type {HTMLElement | null} */
    this.still = null;
  }

  /**
   * Before a snapshot is played: holds what is on the glass, where it would be cut.
   * @param {Snapshot} snapshot @param {Score} score that is to be played for it
   */
  follow(snapshot, score) {
    const { player, last } = this;
    const { clock, stage } = player;
    this.last = snapshot;
    if (!last || !player.score || !cuts(last, player.score, snapshot, score, clock.now())) return;
    const still = stage.still();
    if (still === null) return;
    // Under one that is still on its way out: what is seen does not change with it.
    stage.css.root.after(still);
    this.still?.remove();
    this.still = still;
  }

  /** Lets go of it once the picture that comes is there. @param {Moment} shown */
  frame({ before, after, progress }) {
    const { still, player } = this;
    const { scene } = player.stage;
    if (still === null || scene === null || player.edition === null) return;
    const comes = progress < 1 ? scene.before === player.edition.picture(before) : true;
    if (!comes || (progress > 0 && scene.after !== player.edition.picture(after))) return;
    this.still = null;
    const duration = player.isCalm() ? REDUCED_MS : DISSOLVE_MS;
    const leaving = still.animate({ opacity: [1, 0] }, { duration, easing: EASE, fill: "forwards" });
    leaving.onfinish = () => still.remove();
  }
}
