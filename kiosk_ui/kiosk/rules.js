/** A visit without the server: the same rules as `server/show/rules.py`, for what a visitor can do. */

import { begun } from "../shared/lead.js";
import * as scores from "../shared/scores.js";
import { ends, moment, scrub, settle } from "../shared/timeline.js";
import { STUCK_MS } from "../shared/times.js";

/** @typedef {import("../types/messages.js").KioskMessage} Message */
/** @typedef {import("../types/messages.js").Snapshot} Snapshot */
/** @typedef {import("../types/messages.js").Score} Score */
/** @typedef {import("../shared/timeline.js").Moment} Moment */
/** @typedef {import("../types/edition.js").Edition} Manifest */
/** @typedef {import("../types/edition.js").EditionPhoto} Photo */

/**
 * @typedef {object} Visit
 * @property {Snapshot} show
 * @property {boolean} scrubbing a finger is on the rail
 * @property {number} touched server time of the last touch, ms
 */

/**
 * The visit after a message, or (null) after a deadline that may have passed.
 * @param {Visit} visit @param {Message | null} message @param {Manifest} manifest
 * @param {number} now server time, ms
 * @returns {Visit}
 */
export function step(visit, message, manifest, now) {
  if (message === null) return passDeadline(visit, manifest, now);
  const { show } = visit;
  const view = show.view === "attract" ? "wall" : show.view;
  const touched = { ...visit, show: { ...show, view, asking_until: null }, touched: now };
  return applied(touched, message, manifest, now) ?? visit;
}

/**
 * Server time at which a deadline passes; null: never.
 * @param {Visit} visit @param {Manifest} manifest @returns {number | null}
 */
export function nextDeadline(visit, manifest) {
  const due = visitDeadline(visit, manifest);
  const lit = lightsDeadline(visit, manifest);
  if (lit === null || due === null) return lit ?? due;
  return Math.min(due, lit);
}

/** When the lights come back: never into what plays. @param {Visit} visit @param {Manifest} manifest */
function lightsDeadline({ show, scrubbing }, manifest) {
  if (show.lights_out === null || scrubbing || show.held) return null;
  return Math.max(show.lights_out.ends, playsUntil(show, manifest));
}

/** @param {Snapshot} show @param {Manifest} manifest */
function playsUntil(show, manifest) {
  return Math.max(ends(show.score) ?? -Infinity, narrationEnds(show, manifest) ?? -Infinity);
}

/** @param {Visit} visit @param {Manifest} manifest */
function visitDeadline({ show, scrubbing, touched }, manifest) {
  if (scrubbing || show.held) return touched + STUCK_MS;
  if (show.asking_until !== null) return show.asking_until;
  const ended = ends(show.score);
  if ((show.view === "attract" || show.view === "wall") && ended !== null) return ended;
  if (show.view === "attract") return null;
  return Math.max(touched, playsUntil(show, manifest)) + show.idle_ask_ms;
}

/** @param {Snapshot} show @param {Manifest} manifest */
function narrationEnds({ photo, narrated_since: since, language }, manifest) {
  const sound = photoOf(manifest, photo)?.narration[language];
  return since === null || !sound ? null : since + sound.seconds * 1000;
}

/** @param {Manifest} manifest @param {string | null} id */
function photoOf(manifest, id) {
  return manifest.photos.find((photo) => photo.id === id) ?? null;
}

/** The open photo; while a programme plays, the one on the glass. @param {Snapshot} show @param {Manifest} manifest @param {number} now */
function openPhoto({ view, photo, score }, manifest, now) {
  return photoOf(manifest, view === "programme" ? moment(score, now).after.photo : photo);
}

/**
 * Nothing of what was asked for about a photo is left.
 * @param {Snapshot} show @returns {Snapshot}
 */
function handsOff(show) {
  const quiet = { held: false, marks: false, narrated_since: null, life_size: false, ruler: false };
  return { ...show, ...quiet, detail: null, split: null };
}

/**
 * @param {Visit} visit @param {Photo} photo @param {Score} score @returns {Visit}
 */
function at(visit, photo, score) {
  const { show } = visit;
  const stays = show.view === "photo" && show.photo === photo.id;
  const kept = stays ? { ...show, held: false } : handsOff(show);
  const open = { ...kept, view: /** @type {const} */ ("photo"), photo: photo.id, programme: null, score };
  return { ...visit, scrubbing: false, show: open };
}

/** The attract loop where it runs; else the way to its first picture. @param {Snapshot} show @param {Manifest} manifest @param {number} now */
function invitation({ score }, manifest, now) {
  if (score.repeats !== null) return score;
  return scores.toward(manifest, score, scores.attract(manifest, now).cues[0].before, now);
}

/** @param {Visit} visit @param {number} now @returns {Visit} */
function released(visit, now) {
  const { show, scrubbing } = visit;
  if (show.view !== "photo" || !scrubbing) return visit;
  return { ...visit, scrubbing: false, show: { ...show, score: begun(show.score, now, settle) } };
}

/**
 * @param {Visit} visit that a hand has just touched @param {Message} message
 * @param {Manifest} manifest @param {number} now
 * @returns {Visit | null} null where the message names what is not there
 */
function applied(visit, message, manifest, now) {
  const { show } = visit;
  const photo = openPhoto(show, manifest, now);
  /** @param {Partial<Snapshot>} told */
  const told = (told) => ({ ...visit, show: { ...show, ...told } });
  /** @param {(current: Moment, now: number) => Score} write */
  const led = (write) => begun(show.score, now, write);
  switch (message.type) {
    case "wall": {
      const score = invitation(show, manifest, now);
      const wall = { ...handsOff(show), view: message.type, photo: null, programme: null, score };
      return { ...visit, scrubbing: false, show: wall };
    }
    case "open": {
      const opened = photoOf(manifest, message.photo);
      return opened && at(visit, opened, scores.toward(manifest, show.score, scores.frameAt(opened, 0), now));
    }
    case "stage": {
      if (photo === null) return visit;
      const place = scores.stageNames(photo).indexOf(message.stage);
      if (place < 0) return null;
      return at(visit, photo, scores.toward(manifest, show.score, scores.frameAt(photo, place), now));
    }
    case "restore":
      return photo ? at(visit, photo, led((...from) => scores.restore(manifest, photo, ...from))) : visit;
    case "redraw":
      if (photo === null) return visit;
      return scores.isDrawn(photo) ? at(visit, photo, led((...from) => scores.redraw(photo, ...from))) : null;
    case "scrub":
      // At once, whatever its speed: no wall follows it.
      if (photo === null) return visit;
      return { ...at(visit, photo, scrub(photo.id, scores.stageNames(photo), message.position, now)), scrubbing: true };
    case "release":
      return released(visit, now);
    case "hold": {
      if (show.view !== "photo") return visit;
      const freed = released(visit, now);
      return { ...freed, show: { ...freed.show, held: true } };
    }
    case "letgo":
      return told({ held: false });
    case "marks":
      return told({ marks: message.on && show.view === "photo" });
    case "lifesize": {
      const known = show.view === "photo" && photo?.pixels_per_metre && show.place.wall_metres;
      const on = message.on && Boolean(known);
      return told({ life_size: on, ruler: on && message.ruler === true });
    }
    case "narrate": {
      const tells = message.on && show.view === "photo" && photo?.narration[show.language];
      return told({ narrated_since: tells ? now : null });
    }
    case "zoom":
      return told({ detail: show.view === "photo" && message.detail.scale > 1 ? message.detail : null });
    case "compare":
      return told({ split: show.view === "photo" ? message.split : null });
    case "programme": {
      const chosen = manifest.programmes.find(({ id }) => id === message.programme);
      if (!chosen) return null;
      const score = led((...from) => scores.playThrough(manifest, chosen, ...from));
      const on = moment(score, now).after.photo;
      const piece = { ...handsOff(show), view: message.type, photo: on, programme: chosen.id, score };
      return { ...visit, scrubbing: false, show: piece };
    }
    case "language":
      if (!manifest.languages.includes(message.language)) return null;
      if (message.language === show.language) return visit;
      return told({ language: message.language, narrated_since: null });
    default:
      return visit;
  }
}

/** @param {Visit} visit @param {Manifest} manifest @param {number} now @returns {Visit} */
function passDeadline(visit, manifest, now) {
  const { show } = visit;
  const lit = lightsDeadline(visit, manifest);
  if (lit !== null && now >= lit) {
    return passDeadline({ ...visit, show: { ...show, lights_out: null } }, manifest, now);
  }
  const due = visitDeadline(visit, manifest);
  if (due === null || now < due) return visit;
  if (visit.scrubbing) return released({ ...visit, touched: now }, now);
  if (show.held) return { ...visit, touched: now, show: { ...show, held: false } };
  if (show.asking_until !== null) return reset(visit, manifest, now);
  if ((show.view === "attract" || show.view === "wall") && show.score.repeats === null) {
    return { ...visit, show: { ...show, score: scores.attract(manifest, due) } };
  }
  return { ...visit, show: { ...show, asking_until: now + show.idle_reset_ms } };
}

/** The visit is over: the invitation. @param {Visit} visit @param {Manifest} manifest @param {number} now @returns {Visit} */
function reset({ show }, manifest, now) {
  const view = /** @type {const} */ ("attract");
  const score = invitation(show, manifest, now);
  const language = manifest.languages[0] ?? "en";
  const quiet = { view, photo: null, programme: null, score, language, asking_until: null };
  return { scrubbing: false, touched: now, show: { ...handsOff(show), ...quiet } };
}
