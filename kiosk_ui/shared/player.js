/** Plays the show's score on a stage, frame by frame, with or without the server. */

import { Edition } from "./edition.js";
import { Keeper } from "./keep.js";
import { frameOf, moment } from "./timeline.js";

/** @typedef {import("../types/messages.js").Snapshot} Snapshot */
/** @typedef {import("../types/messages.js").Score} Score */
/** @typedef {import("./timeline.js").Moment} Moment */
/** @typedef {import("./edition.js").Source} Source */

/**
 * @typedef {object} Listener
 * @property {(shown: Moment, now: number) => void} [onFrame] after every frame; server time, ms
 * @property {(snapshot: Snapshot, edition: Edition) => void} [onSnapshot] another is in force
 * @property {(snapshot: Snapshot) => Score | null} [adapt] the score to play for a snapshot; null:
 *   the one that plays stays
 * @property {(snapshot: Snapshot) => void} [aims] how the picture is looked at; else as the
 *   snapshot says
 * @property {(snapshot: Snapshot) => boolean} [holds] whether the scan is held; else the snapshot's
 * @property {(snapshot: Snapshot, edition: Edition) => string[]} [sounds] addresses of what may be
 *   heard here, the dearest first
 */

export const REDUCED_MS = 600; // a change for those who asked for reduced motion
const RETRY_AFTER = 2000; // ms

/**
 * Pictures that a score needs from a cue on, soonest first, then those of the open photo.
 * @param {Edition} edition @param {Score} score @param {number} cue @param {string | null} open
 * @param {boolean} marks with the maps of what software added
 * @returns {Source[]}
 */
export function upcoming(edition, score, cue, open, marks) {
  const count = score.cues.length;
  const order = score.cues.map((_, place) => score.cues[(cue + place) % count]);
  const coming = score.repeats === null ? order.slice(0, count - cue) : order;
  const frames = coming.flatMap(({ before, after }) => [before, after]);
  const photo = edition.photo(open);
  if (photo) frames.push(...photo.stages.map(({ name }) => frameOf(photo.id, name)));
  /** @type {Map<string, Source>} */
  const sources = new Map();
  for (const frame of frames) {
    const picture = edition.picture(frame);
    if (!picture) continue;
    sources.set(picture.source.url, picture.source);
    if (picture.arrival) sources.set(picture.arrival.url, picture.arrival);
    if (marks && picture.evidence) sources.set(picture.evidence.url, picture.evidence);
  }
  return [...sources.values()];
}

export class Player {
  /**
   * @param {import("./stage.js").Stage} stage
   * @param {import("./server-clock.js").ServerClock} clock
   */
  constructor(stage, clock) {
    this.stage = stage;
    this.clock = clock;
    /** @type {Edition | null} */
    this.edition = null;
    /** @type {Snapshot | null} */
    this.snapshot = null;
    /** @type {Score | null} */
    this.score = null;
    /** @type {Moment | null} */
    this.moment = null;
    this.cue = -1;
    this.held = false;
    this.ticks = 0;
    this.expected = "";
    this.keeper = new Keeper();
    /** @type {Snapshot | null} */
    this.newest = null;
    const motion = matchMedia("(prefers-reduced-motion: reduce)");
    /** Whether less motion was asked for. */
    this.isCalm = () => motion.matches;
    /** @type {Listener} */
    this.listener = {};
    this.tick = this.tick.bind(this);
  }

  /** @param {Listener} listener */
  start(listener) {
    this.listener = listener;
    requestAnimationFrame(this.tick);
  }

  /**
   * Puts a snapshot in force once its edition is known; what plays goes on until then.
   * @param {Snapshot} snapshot
   */
  async receive(snapshot) {
    this.newest = snapshot;
    try {
      const edition = await Edition.at(snapshot.edition.url);
      if (this.newest !== snapshot) return;
      edition.forGlass(this.stage.pixels);
      this.edition = edition;
      this.snapshot = snapshot;
      this.stage.marks = snapshot.marks;
      const { adapt, aims, holds, sounds } = this.listener;
      this.keeper.keep(edition, () => sounds?.(snapshot, edition) ?? []);
      if (aims) aims(snapshot);
      else this.stage.gaze.aim(snapshot.detail, snapshot.split);
      this.held = holds ? holds(snapshot) : snapshot.held;
      const score = adapt ? adapt(snapshot) : snapshot.score;
      if (score) this.play(score);
      else this.prefetch();
      this.listener.onSnapshot?.(snapshot, edition);
    } catch (reason) {
      console.warn("The edition did not load; what is shown stays.", reason);
      setTimeout(() => this.newest === snapshot && this.receive(snapshot), RETRY_AFTER);
    }
  }

  /** @param {Score} score */
  play(score) {
    this.score = score;
    this.cue = -1;
  }

  /** A photo that a finger is about to open. @param {string} photo */
  expect(photo) {
    this.expected = photo;
    this.prefetch();
  }

  /** The glass has another size. */
  resize() {
    this.edition?.forGlass(this.stage.pixels);
    this.cue = -1;
  }

  tick() {
    requestAnimationFrame(this.tick);
    this.ticks += 1;
    const { edition, score } = this;
    if (edition === null || score === null) return;
    const now = this.clock.now();
    const plain = this.isCalm();
    const shown = moment(score, now, this.moment ?? undefined, plain ? REDUCED_MS : undefined);
    this.moment = shown;
    if (shown.cue !== this.cue) {
      this.cue = shown.cue;
      this.prefetch();
    }
    this.stage.show(edition, this.original(edition) ?? shown, plain);
    this.listener.onFrame?.(shown, now);
  }

  /**
   * The open photo's scan while it is held; null while the score's picture is shown.
   * @param {Edition} edition @returns {Moment | null}
   */
  original(edition) {
    const { held, snapshot } = this;
    const photo = held ? edition.photo(snapshot?.photo ?? null) : null;
    if (photo === null) return null;
    const scan = frameOf(photo.id, photo.stages[0].name);
    return { cue: 0, before: scan, after: scan, progress: 1 };
  }

  prefetch() {
    const { edition, score, snapshot } = this;
    if (edition === null || score === null || snapshot === null) return;
    const sources = upcoming(edition, score, Math.max(0, this.cue), snapshot.photo, snapshot.marks);
    const scan = edition.photo(this.expected)?.stages[0];
    const expected = scan && edition.picture(frameOf(this.expected, scan.name));
    const [first, ...others] = sources;
    this.stage.want([...(expected ? [expected.source] : []), first, ...this.details(), ...others]);
  }

  /** Every pixel there is of the picture that is looked at closely. @returns {Source[]} */
  details() {
    const { edition, moment: shown, stage } = this;
    if (!stage.gaze.isClose || edition === null || shown === null) return [];
    const after = edition.picture(shown.progress < 0.5 ? shown.before : shown.after);
    const scan = stage.gaze.isSplit && after ? edition.scan(after.photo) : null;
    return [after, scan].flatMap((picture) => (picture?.detail ? [picture.detail] : []));
  }
}

/**
 * What is on the glass, for those who look after the screen and for tests; nothing to press.
 * @param {Player} player
 */
export function inspection(player) {
  const { stage } = player;
  return {
    get moment() {
      return player.moment;
    },
    get score() {
      return player.score;
    },
    get snapshot() {
      return player.snapshot;
    },
    get now() {
      return player.clock.now();
    },
    get ticks() {
      return player.ticks;
    },
    get frames() {
      return stage.renderer.frames;
    },
    get textures() {
      return stage.renderer.alive;
    },
    get renderer() {
      return stage.root.dataset.renderer ?? "none";
    },
    /** The picture on the glass, and its place in CSS pixels. */
    get picture() {
      const { scene } = stage;
      return scene && { url: scene.after.source.url, place: [...stage.picture] };
    },
    /** Where all of it would lie. */
    get place() {
      return [...stage.rect];
    },
    /** How it is looked at. */
    get gaze() {
      const [scale, x, y, at, lens] = stage.gaze.now;
      return { scale, x, y, at, lens };
    },
    get drawn() {
      const { scene } = stage;
      return (
        scene && {
          before: { photo: scene.before.photo.id, stage: scene.before.stage.name },
          after: { photo: scene.after.photo.id, stage: scene.after.stage.name },
          progress: scene.progress,
          marks: scene.marks,
        }
      );
    },
  };
}
