/**
 * The finger on the rail: drawn at once from a score of this screen's own, told to the server as
 * soon as it moves and at most twice a frame, and given back to the server's score when its echo has
 * come.
 */

import { scrub, sameFrame, settle } from "../shared/timeline.js";
import { LEAD_MS } from "../shared/times.js";

/** @typedef {import("../types/messages.js").Snapshot} Snapshot */
/** @typedef {import("../types/messages.js").Score} Score */
/** @typedef {import("../types/edition.js").EditionPhoto} Photo */

const ECHO_WITHIN = 1000; // ms; after that the server's word counts again, whatever it says

/**
 * Whether a score holds a picture under a finger.
 * @param {Score} score
 */
export function isHeld(score) {
  const [cue] = score.cues;
  return score.cues.length === 1 && cue.lasts === 0 && !sameFrame(cue.before, cue.after);
}

export class Hand {
  /**
   * @param {import("../shared/player.js").Player} player
   * @param {import("../shared/connection.js").Connection} connection
   */
  constructor(player, connection) {
    this.player = player;
    this.connection = connection;
    this.down = false;
    this.waitsUntil = -Infinity;
    this.position = 0;
    this.told = true;
    this.toldInThisFrame = false;
  }

  /** @param {Photo} photo @param {number} position 0 is the first stage, 1 the second */
  moveTo(photo, position) {
    this.down = true;
    this.position = position;
    const stages = photo.stages.map((stage) => stage.name);
    this.player.play(scrub(photo.id, stages, position, this.player.clock.now()));
    this.told = false;
    if (this.toldInThisFrame) return;
    this.tell();
    this.toldInThisFrame = true;
    requestAnimationFrame(() => {
      this.toldInThisFrame = false;
      this.tell();
    });
  }

  tell() {
    if (this.told) return;
    this.told = true;
    this.connection.send({ type: "scrub", position: this.position });
  }

  release() {
    if (!this.down) return;
    this.down = false;
    this.tell();
    this.connection.send({ type: "release" });
    this.waitsUntil = performance.now() + ECHO_WITHIN;
    const { moment, clock } = this.player;
    if (moment) this.player.play(settle(moment, clock.now() + LEAD_MS));
  }

  /**
   * Whether the server's score may be played, or this finger's still counts.
   * @param {Snapshot} snapshot
   */
  yieldsTo(snapshot) {
    if (snapshot.view !== "photo") this.down = false;
    if (this.down) return false;
    return !isHeld(snapshot.score) || performance.now() > this.waitsUntil;
  }
}
