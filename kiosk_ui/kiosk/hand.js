/**
 * The finger on the rail: drawn at once from a score of this screen's own, told to the server as
 * soon as it moves and at most twice a frame, with its speed, and given back to the server's score
 * when its echo has come.
 */

import { ends, sameFrame, scrub, settle } from "../shared/timeline.js";
import { LEAD_MS } from "../shared/times.js";

/** @typedef {import("../types/messages.js").Snapshot} Snapshot */
/** @typedef {import("../types/messages.js").Score} Score */
/** @typedef {import("../types/edition.js").EditionPhoto} Photo */

/** @typedef {{ position: number, at: number }} Place where a finger was at a server time, ms */

const ECHO_WITHIN = 1000; // ms; after that the server's word counts again, whatever it says
const STRETCH = 50; // ms of a finger's way that tell its speed
const RESTS_AFTER = 60; // ms without a movement
const SHORTEST = 8; // ms; a jump has no speed
const FASTEST = 100; // stages a second, on the wire

/**
 * Whether a score holds a picture under a finger: all else that moves is under way for longer.
 * @param {Score} score
 */
export function isHeld(score) {
  const [cue] = score.cues;
  const end = ends(score);
  return end !== null && end - score.starts < LEAD_MS && !sameFrame(cue.before, cue.after);
}

/** Stages a second. @param {Place[]} way of a finger */
function speedOf(way) {
  const [from, to] = [way[0], way[way.length - 1]];
  const speed = (1000 * (to.position - from.position)) / Math.max(SHORTEST, to.at - from.at);
  return Math.min(FASTEST, Math.max(-FASTEST, speed));
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
    /** @type {Place[]} the way of the last moments, ending where the finger is */
    this.way = [];
    this.rest = 0;
    this.told = true;
    this.toldInThisFrame = false;
  }

  /**
   * @param {Photo} photo @param {number} position 0 is the first stage, 1 the second
   * @param {number} when it was there: local time, ms
   */
  moveTo(photo, position, when) {
    const now = this.player.clock.now();
    const stages = photo.stages.map((stage) => stage.name);
    this.player.play(scrub(photo.id, stages, position, now));
    // A page that was busy hears of it late.
    const at = now - Math.max(0, performance.now() - when);
    const recent = this.way.filter((place) => at - place.at <= STRETCH);
    const before = recent.length > 0 ? recent : this.way.slice(-1);
    this.way = [...(this.down ? before : []), { position, at }];
    this.down = true;
    this.told = false;
    clearTimeout(this.rest);
    this.rest = window.setTimeout(() => this.stop(), RESTS_AFTER);
    if (this.toldInThisFrame) return;
    this.tell();
    this.toldInThisFrame = true;
    requestAnimationFrame(() => {
      this.toldInThisFrame = false;
      this.tell();
    });
  }

  tell() {
    const last = this.way.at(-1);
    if (this.told || !last) return;
    this.told = true;
    // Here it is seen now, and so it shall be on the wall.
    const { position } = last;
    this.connection.send({ type: "scrub", position, speed: speedOf(this.way), at: this.player.clock.now() });
  }

  /** It rests where it is. */
  stop() {
    clearTimeout(this.rest);
    const last = this.way.at(-1);
    if (!last || !this.down || this.way.length === 1) return;
    this.way = [{ ...last, at: this.player.clock.now() }];
    this.told = false;
    this.tell();
  }

  release() {
    if (!this.down) return;
    this.stop();
    this.tell();
    this.down = false;
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
