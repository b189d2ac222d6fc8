/**
 * What the visitor looks at: drawn at once, told to the server at most once a frame, and the
 * server's to end where its word has come back.
 */

import { drawn, moved, under, WHOLE } from "./closely.js";

/** @typedef {import("../types/messages.js").Snapshot} Snapshot */
/** @typedef {import("../types/messages.js").Detail} Detail */
/** @typedef {import("../types/messages.js").Split} Split */
/** @typedef {import("../types/messages.js").KioskMessage} KioskMessage */

const ECHO_WITHIN = 1000; // ms; after that the server's word counts, whatever it says
const LEAST = 2.5; // times as large, at most, even a small picture becomes
const BEYOND = 1.5; // pixels of the glass a pixel of the picture may become
const STEP = 1.6; // times as large with a key or a button
const STRIDE = 0.2; // of the box, with a key or a button

export class Eye {
  /**
   * @param {import("../shared/player.js").Player} player
   * @param {(message: KioskMessage) => void} send
   */
  constructor(player, send) {
    this.player = player;
    this.send = send;
    /** @type {Detail} */
    this.detail = WHOLE;
    /** @type {Split | null} */
    this.split = null;
    /** @type {{ point: [number, number], scale: number }} */
    this.grasped = { point: [0.5, 0.5], scale: 1 };
    this.waitsUntil = -Infinity;
    /** @type {Set<"zoom" | "compare">} */
    this.untold = new Set();
  }

  get stage() {
    return this.player.stage;
  }

  get photo() {
    const { edition, snapshot } = this.player;
    return snapshot?.view === "photo" ? edition?.photo(snapshot.photo) ?? null : null;
  }

  get isClose() {
    return this.detail.scale > 1;
  }

  /** The largest scale: a pixel of the picture is a little more than one of the glass. */
  get most() {
    const { photo, stage } = this;
    if (photo === null) return 1;
    const across = stage.rect[2] / stage.gaze.now[0];
    const pixels = photo.stages[0].renditions[0].width / (across * devicePixelRatio);
    return Math.min(16, Math.max(LEAST, BEYOND * pixels));
  }

  /**
   * @param {Detail} detail
   * @param {boolean} [direct] under a finger: drawn in this very frame
   */
  look(detail, direct = false) {
    if (this.photo === null) return;
    this.detail = detail;
    this.aim("zoom", direct);
  }

  /** @param {Split | null} split @param {boolean} [direct] */
  lay(split, direct = false) {
    if (this.photo === null) return;
    this.split = split;
    this.aim("compare", direct);
  }

  /**
   * Closer to, or further from, a point of the window.
   * @param {number} factor @param {number} [x] @param {number} [y] else the middle
   * @param {boolean} [direct]
   */
  zoom(factor, x, y, direct = false) {
    const { photo, stage, detail, most } = this;
    if (photo === null) return;
    const [left, top, width, height] = stage.target;
    const [across, down] = [x ?? left + width / 2, y ?? top + height / 2];
    const point = under(stage.target, photo, detail, across, down);
    this.look(drawn(stage.target, photo, point, factor * detail.scale, most, across, down), direct);
  }

  /** Two fingers take hold of the picture. @param {number} x @param {number} y their middle */
  grasp(x, y) {
    const { photo, stage, detail } = this;
    if (photo) this.grasped = { point: under(stage.target, photo, detail, x, y), scale: detail.scale };
  }

  /**
   * What they hold stays between them: one step after the other would lose it at the picture's edges.
   * @param {number} factor since they took hold @param {number} x @param {number} y their middle
   */
  draw(factor, x, y) {
    const { photo, stage, grasped, most } = this;
    if (photo === null) return;
    this.look(drawn(stage.target, photo, grasped.point, factor * grasped.scale, most, x, y), true);
  }

  /** One step closer (1) or back (-1). @param {number} steps */
  step(steps) {
    this.zoom(STEP ** steps);
  }

  /** @param {number} right @param {number} down pixels by which the picture moves @param {boolean} direct */
  move(right, down, direct) {
    if (this.photo === null || !this.isClose) return;
    this.look(moved(this.stage.target, this.photo, this.detail, right, down), direct);
  }

  /** A stride over the picture. @param {number} right @param {number} down -1, 0 or 1 */
  stride(right, down) {
    const [, , width, height] = this.stage.target;
    this.move(-right * STRIDE * width, -down * STRIDE * height, false);
  }

  /** A tap on what is looked at closely brings it to the middle. @param {number} x @param {number} y */
  centre(x, y) {
    const [left, top, width, height] = this.stage.target;
    this.move(left + width / 2 - x, top + height / 2 - y, false);
  }

  /** @param {"zoom" | "compare"} what @param {boolean} direct */
  aim(what, direct) {
    const { gaze } = this.stage;
    const wasClose = gaze.isClose;
    const wasSplit = gaze.isSplit;
    gaze.aim(this.detail, this.split);
    if (direct) gaze.jump();
    if (wasClose !== gaze.isClose || wasSplit !== gaze.isSplit) this.player.prefetch();
    if (this.untold.size === 0) requestAnimationFrame(() => this.tell());
    this.untold.add(what);
  }

  tell() {
    const { untold, detail, split } = this;
    if (untold.has("zoom")) this.send({ type: "zoom", detail });
    if (untold.has("compare")) this.send({ type: "compare", split });
    untold.clear();
    this.waitsUntil = performance.now() + ECHO_WITHIN;
    // Whatever was said meanwhile counts, once there is nothing of this eye's own to wait for.
    setTimeout(() => this.player.snapshot && this.follow(this.player.snapshot), ECHO_WITHIN + 50);
  }

  /** @param {Snapshot} snapshot that is in force */
  follow(snapshot) {
    const isHere = snapshot.view === "photo";
    if (isHere && (this.untold.size > 0 || performance.now() < this.waitsUntil)) return;
    this.detail = snapshot.detail ?? WHOLE;
    this.split = snapshot.split;
    this.stage.gaze.aim(snapshot.detail, snapshot.split);
    this.player.prefetch();
  }
}
