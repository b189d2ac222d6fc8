/**
 * How finely a moving picture is drawn, so that a slow graphics card still shows it moving. What
 * rests is always drawn in full.
 */

const TOO_SLOW = 45; // ms a frame
const FAST_ENOUGH = 20; // ms a frame
const COARSEST = 0.4; // pixels drawn per pixel of the glass, along each side
const JUDGED_AFTER = 8; // frames
const RECOVERS_AFTER = 240; // frames
const RESTS_AFTER = 200; // ms without a change

export class Pace {
  constructor() {
    this.share = 1;
    this.last = 0;
    this.changed = -Infinity;
    this.average = 0;
    this.judged = 0;
  }

  /**
   * The share of the glass's pixels, along each side, to draw in this frame.
   * @param {boolean} moves whether this frame differs from the one before
   * @param {number} now local time, ms
   */
  next(moves, now) {
    const took = now - this.last;
    this.last = now;
    if (moves) this.changed = now;
    if (now - this.changed > RESTS_AFTER) {
      this.judged = 0;
      return 1;
    }
    if (moves) this.judge(took);
    return this.share;
  }

  /** @param {number} took ms since the last frame */
  judge(took) {
    this.judged += 1;
    if (this.judged <= 2) {
      // The first frames of a movement carry the pictures onto the card.
      this.average = Math.min(took, TOO_SLOW);
      return;
    }
    this.average += (Math.min(took, 1000) - this.average) / 5;
    if (this.average > TOO_SLOW && this.judged >= JUDGED_AFTER) {
      this.share = Math.max(COARSEST, this.share * 0.75);
      this.judged = 0;
    } else if (this.average < FAST_ENOUGH && this.judged >= RECOVERS_AFTER) {
      this.share = Math.min(1, this.share * 1.25);
      this.judged = 0;
    }
  }
}
