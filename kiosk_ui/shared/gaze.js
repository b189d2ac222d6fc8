/**
 * How the picture is looked at: the part of it, and the scan beside it. What is drawn follows what
 * is wanted within a moment, so that a few messages a second look like one movement.
 */

/** @typedef {import("../types/messages.js").Detail} Detail */
/** @typedef {import("../types/messages.js").Split} Split */

const FOLLOWS_WITHIN = 80; // ms; the time constant of the movement
const THERE = 0.0004; // so near is there

export const SCALE = 0;
export const X = 1;
export const Y = 2;
export const AT = 3; // where the scan ends; nothing of it shows at 0
export const LENS = 4; // its height; below 0 there is none
const FIELDS = 5;

export class Gaze {
  constructor() {
    /** What is drawn, and what is wanted: [scale, x, y, at, lens] */
    this.now = new Float32Array([1, 0.5, 0.5, 0, -1]);
    this.wanted = new Float32Array(this.now);
    this.moved = 0;
    // The scan lies to the left of what was made of it, or (right to left) to the right.
    this.mirrored = false;
  }

  /** The picture is, or will be, looked at so closely that more of its pixels are wanted. */
  get isClose() {
    return this.wanted[SCALE] > 1.02 || this.wanted[LENS] >= 0;
  }

  /** The scan lies beside the picture, or is on its way out. */
  get isSplit() {
    return this.now[AT] > 0 || this.wanted[AT] > 0;
  }

  /**
   * @param {Detail | null} detail null: all of the picture
   * @param {Split | null} split null: the picture alone
   */
  aim(detail, split) {
    const { wanted, now } = this;
    wanted[SCALE] = detail?.scale ?? 1;
    if (detail) {
      wanted[X] = detail.x;
      wanted[Y] = detail.y;
    }
    wanted[AT] = split?.at ?? 0;
    wanted[LENS] = split?.lens ?? -1;
    // A lens comes and goes at once; it only travels where it is.
    if (wanted[LENS] < 0 || now[LENS] < 0) now[LENS] = wanted[LENS];
  }

  /** What is wanted is there at once: under a finger, or for those who asked for no motion. */
  jump() {
    this.now.set(this.wanted);
  }

  /** @param {number} time local, ms */
  follow(time) {
    const { now, wanted } = this;
    const share = 1 - Math.exp(-Math.min(100, time - this.moved) / FOLLOWS_WITHIN);
    this.moved = time;
    for (let field = 0; field < FIELDS; field += 1) {
      const way = wanted[field] - now[field];
      now[field] = Math.abs(way) < THERE ? wanted[field] : now[field] + way * share;
    }
  }

  /** @param {Float32Array} drawn */
  isAt(drawn) {
    for (let field = 0; field < FIELDS; field += 1) {
      if (drawn[field] !== this.now[field]) return false;
    }
    return true;
  }
}
