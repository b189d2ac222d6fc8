/** What is on the glass at a moment: the same rules as `server/show/timeline.py`. */

import { HASTEN_MS } from "./times.js";

/** @typedef {import("../types/messages.js").Score} Score */
/** @typedef {import("../types/messages.js").Cue} Cue */
/** @typedef {import("../types/messages.js").Frame} Frame */
/** @typedef {{ cue: number, before: Frame, after: Frame, progress: number }} Moment */

/** @param {Score} score @param {number} now server time, ms */
export function elapsedIn(score, now) {
  const elapsed = Math.max(0, now - score.starts);
  return score.repeats === null ? elapsed : elapsed % score.repeats;
}

/** @param {Score} score @param {number} elapsed ms */
export function cueAt(score, elapsed) {
  let index = 0;
  for (let place = 0; place < score.cues.length; place += 1) {
    if (score.cues[place].begins <= elapsed) index = place;
  }
  return index;
}

/** @param {Cue} cue @param {number} elapsed ms since the score's start @param {number} lasts ms */
export function progressOf(cue, elapsed, lasts) {
  const share = lasts === 0 ? 1 : Math.min(1, (elapsed - cue.begins) / lasts);
  // Exactly the end at the end, so that what has come to rest compares as such.
  if (share === 1) return cue.last;
  return cue.first + (cue.last - cue.first) * share;
}

/**
 * What `score` shows at server time `now`; before its start, its beginning.
 * @param {Score} score
 * @param {number} now server time, ms
 * @param {Moment} [into] reused, so that a frame allocates nothing
 * @param {number} [longest] ms; a change takes no longer than this (reduced motion)
 * @returns {Moment}
 */
export function moment(score, now, into, longest = Infinity) {
  const elapsed = elapsedIn(score, now);
  const index = cueAt(score, elapsed);
  const cue = score.cues[index];
  const result = into ?? { cue: 0, before: cue.before, after: cue.after, progress: 0 };
  result.cue = index;
  result.before = cue.before;
  result.after = cue.after;
  result.progress = progressOf(cue, elapsed, Math.min(cue.lasts, longest));
  return result;
}

/**
 * Server time at which nothing changes any more; null for a loop.
 * @param {Score} score
 */
export function ends(score) {
  if (score.repeats !== null) return null;
  return score.starts + Math.max(...score.cues.map((cue) => cue.begins + cue.lasts));
}

/**
 * @param {string} photo @param {Frame["stage"]} stage
 * @returns {Frame}
 */
export function frameOf(photo, stage) {
  return { photo, stage, plate: null };
}

/**
 * How much of a score has been played, 0..1.
 * @param {Score} score @param {number} now server time, ms
 */
export function played(score, now) {
  const end = ends(score);
  if (end === null || end <= score.starts) return 1;
  return Math.min(1, Math.max(0, (now - score.starts) / (end - score.starts)));
}

/** @param {Frame} a @param {Frame} b */
export function sameFrame(a, b) {
  return a.photo === b.photo && a.stage === b.stage && a.plate === b.plate;
}

/**
 * A score that holds one picture between two: what the server's `scrub` answers.
 * @param {string} photo
 * @param {Frame["stage"][]} stages of the photo, in order
 * @param {number} position 0 is the first stage, 1 the second, 1.5 half-way to the third
 * @param {number} now server time, ms
 * @returns {Score}
 */
export function scrub(photo, stages, position, now) {
  const held = Math.min(Math.max(position, 0), stages.length - 1);
  const index = Math.min(Math.floor(held), Math.max(0, stages.length - 2));
  const before = frameOf(photo, stages[index]);
  const after = frameOf(photo, stages[Math.min(index + 1, stages.length - 1)]);
  const share = sameFrame(before, after) ? 1 : held - index;
  return {
    starts: now,
    cues: [{ begins: 0, lasts: 0, before, after, first: share, last: share }],
    repeats: null,
  };
}

/**
 * The finger is gone: ease to the nearer of the two stages, as the server's `settle` does.
 * @param {Moment} current
 * @param {number} now server time, ms
 * @returns {Score}
 */
export function settle(current, now) {
  const { before, after, progress } = current;
  // Python rounds exactly half to the even neighbour.
  const last = progress > 0.5 ? 1 : 0;
  return {
    starts: now,
    cues: [{ begins: 0, lasts: HASTEN_MS, before, after, first: progress, last }],
    repeats: null,
  };
}

/**
 * The same score where photographs do not dissolve into each other: the one that a dissolve leads to
 * is there from the beginning. One that was under way may have been turned back, to its first. A loop
 * opens no photograph and stays as it is.
 * @param {Score} score
 * @returns {Score}
 */
export function arriving(score) {
  const dissolve = score.cues.map(({ before, after }) => before.photo !== after.photo).lastIndexOf(true);
  if (dissolve < 0 || score.repeats !== null) return score;
  const { before, after, first, last } = score.cues[dissolve];
  const to = last < first ? before : after;
  const [begins, ...rest] = score.cues.map((cue, place) =>
    place > dissolve ? cue : { ...cue, before: to, after: to },
  );
  return { ...score, cues: [begins, ...rest] };
}

/**
 * Where the light stands on the rail: 0 at the first stage, 1 at the second.
 * @param {Moment} shown
 * @param {Frame["stage"][]} stages of the open photo, in order
 */
export function positionOn(stages, shown) {
  const from = stages.indexOf(shown.before.stage);
  const to = stages.indexOf(shown.after.stage);
  return from + (to - from) * shown.progress;
}
