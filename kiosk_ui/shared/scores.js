/** Scores that a kiosk without its server writes by itself: the same rules as `server/show/timeline.py`. */

import { begun } from "./lead.js";
import { frameOf, moment, sameFrame } from "./timeline.js";
import {
  ATTRACT_HOLD_MS,
  ATTRACT_PAUSE_MS,
  ATTRACT_PHOTOS,
  ATTRACT_REST_MS,
  ATTRACT_SHARE,
  DISSOLVE_MS,
  HASTEN_MS,
  LEAD_MS,
  PAUSE_MS,
  PLATES_LEAD_MS,
  PLATE_MS,
  PROGRAMME_CLOSING_MS,
  PROGRAMME_OPENING_MS,
  PROGRAMME_PACE,
  RETREAT_MS,
} from "./times.js";

/** @typedef {import("../types/messages.js").Score} Score */
/** @typedef {import("../types/messages.js").Cue} Cue */
/** @typedef {import("../types/messages.js").Frame} Frame */
/** @typedef {import("../types/edition.js").Edition} Manifest */
/** @typedef {import("../types/edition.js").EditionPhoto} Photo */
/** @typedef {import("../types/edition.js").EditionProgramme} Programme */
/** @typedef {import("./timeline.js").Moment} Moment */
/** @typedef {{ cues: Cue[], frame: Frame }} Rest the way to a picture that rests */

/** @param {Photo} photo */
export function stageNames(photo) {
  return photo.stages.map((stage) => stage.name);
}

/** A photo's scan, or (-1) the last that was made of it. @param {Photo} photo @param {number} place */
export function frameAt(photo, place) {
  const stage = photo.stages.at(place) ?? photo.stages[0];
  return frameOf(photo.id, stage.name);
}

/**
 * @param {number} begins @param {number} lasts @param {Frame} before @param {Frame} after
 * @param {number} [first] @param {number} [last]
 * @returns {Cue}
 */
function cueOf(begins, lasts, before, after, first = 0, last = 1) {
  return { begins, lasts, before, after, first, last };
}

/** The cues one after the other: `begins` is read as the rest before each. @param {Cue[]} cues */
function chain(cues) {
  let clock = 0;
  /** @type {Cue[]} */
  const placed = [];
  if (cues[0].begins > 0) {
    const shown = cues[0].first === 0 ? cues[0].before : cues[0].after;
    placed.push(cueOf(0, 0, shown, shown));
  }
  for (const cue of cues) {
    const begins = clock + cue.begins;
    placed.push({ ...cue, begins });
    clock = begins + cue.lasts;
  }
  return placed;
}

/** @param {Cue[]} cues @param {Frame} frame where there are none @param {number} now @returns {Score} */
function scoreOf(cues, frame, now) {
  const [first, ...rest] = cues.length > 0 ? chain(cues) : [cueOf(0, 0, frame, frame)];
  return { starts: now, cues: [first, ...rest], repeats: null };
}

/** The picture a score ends on; null for a loop, or between two pictures. @param {Score} score */
export function restsOn({ cues, repeats }) {
  const cue = cues[cues.length - 1];
  if (repeats !== null || (cue.last !== 0 && cue.last !== 1)) return null;
  return cue.last === 1 ? cue.after : cue.before;
}

/** @param {Moment} current @param {Frame} toward @returns {Rest} */
function resting({ before, after, progress }, toward) {
  if (sameFrame(before, after) || progress === 0 || progress === 1) {
    return { cues: [], frame: progress === 0 ? before : after };
  }
  const returns = sameFrame(toward, before);
  const back = returns || (!sameFrame(toward, after) && progress < 0.5);
  const lasts = returns ? RETREAT_MS * progress : HASTEN_MS;
  const cue = cueOf(0, lasts, before, after, progress, back ? 0 : 1);
  return { cues: [cue], frame: back ? before : after };
}

/**
 * @param {Manifest} manifest @param {Frame} before @param {Frame} after @param {number} [rest]
 * @returns {Cue}
 */
function change(manifest, before, after, rest = 0) {
  const photo = manifest.photos.find(({ id }) => id === after.photo);
  const drawn = before.plate !== null || after.plate !== null;
  if (before.photo !== after.photo || drawn || !photo) return cueOf(rest, DISSOLVE_MS, before, after);
  const names = stageNames(photo);
  const backwards = names.indexOf(after.stage) < names.indexOf(before.stage);
  if (backwards) return cueOf(rest, RETREAT_MS, after, before, 1, 0);
  return cueOf(rest, photo.arrival_ms, before, after);
}

/** @param {Manifest} manifest @param {Rest} rest @param {Frame} target */
function onward(manifest, { cues, frame }, target) {
  return sameFrame(frame, target) ? cues : [...cues, change(manifest, frame, target)];
}

/**
 * From what is shown to `target`, without a jump; asked twice, it is not begun twice.
 * @param {Manifest} manifest @param {Score} score @param {Frame} target
 * @param {number} now server time, ms
 * @returns {Score}
 */
export function toward(manifest, score, target, now) {
  const ahead = moment(score, now + LEAD_MS);
  const rests = restsOn(score);
  const onItsLastWay = ahead.cue === score.cues.length - 1;
  if (onItsLastWay && rests && sameFrame(rests, target)) return score;
  return begun(score, now, (current, starts) =>
    scoreOf(onward(manifest, resting(current, target), target), target, starts),
  );
}

/** What is shown, or what it is becoming. @param {Moment} current */
function seen({ before, after, progress }) {
  return progress > 0 ? after : before;
}

/**
 * Every stage after the one shown, by itself; from the scan where the last was reached.
 * @param {Manifest} manifest @param {Photo} photo @param {Moment} current @param {number} now
 * @returns {Score}
 */
export function restore(manifest, photo, current, now) {
  const names = stageNames(photo);
  let shown = { ...seen(current), plate: null };
  const ended = shown.stage === "scan" || shown.stage === names.at(-1);
  if (shown.photo !== photo.id || ended) shown = { ...shown, photo: photo.id, stage: "scan" };
  const cues = [...onward(manifest, resting(current, shown), shown)];
  for (let place = names.indexOf(shown.stage); place < names.length - 1; place += 1) {
    const rest = cues.length > 0 ? PAUSE_MS : 0;
    cues.push(change(manifest, frameAt(photo, place), frameAt(photo, place + 1), rest));
  }
  return scoreOf(cues, shown, now);
}

/** Whether a model drew a stage of it. @param {Photo} photo */
export function isDrawn(photo) {
  return photo.stages.some((stage) => stage.frames.length > 0);
}

/**
 * A stage as a model drew it; one must be.
 * @param {Photo} photo @param {Moment} current @param {number} now
 * @returns {Score}
 */
export function redraw(photo, current, now) {
  const drawn = photo.stages.filter((stage) => stage.frames.length > 0);
  const stage = drawn.find(({ name }) => name === seen(current).stage) ?? drawn[drawn.length - 1];
  const end = frameOf(photo.id, stage.name);
  const plates = stage.frames.map((_, plate) => ({ ...end, plate }));
  const { cues, frame } = resting(current, plates[0]);
  let before = frame;
  [...plates, end].forEach((after, place) => {
    cues.push(cueOf(place ? 0 : PLATES_LEAD_MS, PLATE_MS, before, after));
    before = after;
  });
  return scoreOf(cues, end, now);
}

/**
 * The programme's photos in order, each through all its stages, as one piece.
 * @param {Manifest} manifest @param {Programme} programme @param {Moment} current @param {number} now
 * @returns {Score}
 */
export function playThrough(manifest, programme, current, now) {
  const known = programme.photos.flatMap((id) => manifest.photos.find((photo) => photo.id === id) ?? []);
  if (known.length === 0) return scoreOf([], current.after, now);
  let { cues, frame } = resting(current, frameAt(known[0], 0));
  let closing = 0;
  for (const photo of known) {
    const scan = frameAt(photo, 0);
    if (!sameFrame(frame, scan)) cues.push(cueOf(closing, DISSOLVE_MS * PROGRAMME_PACE, frame, scan));
    for (let place = 0; place < photo.stages.length - 1; place += 1) {
      const rest = place ? PAUSE_MS : PROGRAMME_OPENING_MS;
      const lasts = photo.arrival_ms * PROGRAMME_PACE;
      cues.push(cueOf(rest, lasts, frameAt(photo, place), frameAt(photo, place + 1)));
    }
    frame = frameAt(photo, -1);
    closing = PROGRAMME_CLOSING_MS;
  }
  cues.push(cueOf(PROGRAMME_CLOSING_MS, 0, frame, frame));
  return scoreOf(lasting(cues, programme.seconds * 1000), frame, now);
}

/** The same cues, with longer rests where they would end before `least` ms. @param {Cue[]} cues @param {number} least */
function lasting(cues, least) {
  const rests = cues.reduce((sum, cue) => sum + cue.begins, 0);
  const missing = least - rests - cues.reduce((sum, cue) => sum + cue.lasts, 0);
  if (missing <= 0) return cues;
  return cues.map((cue) => ({ ...cue, begins: cue.begins * (1 + missing / rests) }));
}

/**
 * The loop that invites a hand: a change begins, stops, and draws back; then the next photo.
 * @param {Manifest} manifest @param {number} now
 * @returns {Score}
 */
export function attract({ photos: all }, now) {
  const restored = all.filter((photo) => photo.stages.length > 1);
  const photos = (restored.length > 0 ? restored : all).slice(0, ATTRACT_PHOTOS);
  /** @type {Cue[]} */
  const cues = [];
  photos.forEach((photo, place) => {
    const scan = frameAt(photo, 0);
    const tempts = photo.stages.length > 1;
    if (tempts) {
      const last = frameAt(photo, -1);
      cues.push(cueOf(ATTRACT_REST_MS, photo.arrival_ms * ATTRACT_SHARE, scan, last, 0, ATTRACT_SHARE));
      cues.push(cueOf(ATTRACT_HOLD_MS, RETREAT_MS, scan, last, ATTRACT_SHARE, 0));
    }
    const following = photos[(place + 1) % photos.length];
    const rest = tempts ? ATTRACT_PAUSE_MS : ATTRACT_REST_MS;
    if (following !== photo) cues.push(cueOf(rest, DISSOLVE_MS, scan, frameAt(following, 0)));
  });
  const score = scoreOf(cues, frameAt(photos[0], 0), now);
  const end = score.cues[score.cues.length - 1];
  return { ...score, repeats: cues.length > 0 ? end.begins + end.lasts : ATTRACT_REST_MS };
}
