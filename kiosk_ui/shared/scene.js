/** What one frame shows, resolved to pictures; a single object, filled anew for every frame. */

import { ease } from "./easing.js";

/** @typedef {import("./edition.js").Edition} Edition */
/** @typedef {import("./edition.js").Picture} Picture */
/** @typedef {import("./edition.js").Source} Source */
/** @typedef {import("./timeline.js").Moment} Moment */

/**
 * @typedef {object} Scene
 * @property {Picture} before
 * @property {Picture} after
 * @property {number} progress 0: exactly `before`; 1: exactly `after`
 * @property {Source | null} arrival the map along which the change arrives; null: everywhere at once
 * @property {number} lag by which saturation trails lightness, as progress
 * @property {boolean} marks hatching lies over what software added
 * @property {Picture | null} scan that lies beside the picture; null: nothing does
 * @property {number} rim strength of the warm rim on the moving front
 */

const SATURATION_TRAILS = 300; // ms
const RIM = 0.09;

/**
 * @param {Edition} edition
 * @param {Moment} moment
 * @param {boolean} plain a cross-fade, for those who asked for reduced motion
 * @param {boolean} marks hatching over what software added
 * @param {boolean} split with the scan beside it
 * @param {Scene | null} into reused
 * @returns {Scene | null} null where the edition lacks one of the pictures
 */
export function resolve(edition, moment, plain, marks, split, into) {
  const before = edition.picture(moment.before);
  const after = edition.picture(moment.after);
  if (!before || !after) return null;
  const scene = into ?? begun(before, after);
  const mapped = before.arrival !== null && after.arrival !== null;
  const byRegion = !plain && before.photo === after.photo && mapped;
  const clearing = after.stage.name === "repaired" || after.stage.name === "clear";
  scene.before = before;
  scene.after = after;
  scene.progress = byRegion ? moment.progress : ease(moment.progress);
  scene.arrival = byRegion ? after.arrival : null;
  scene.lag = byRegion ? SATURATION_TRAILS / after.photo.arrival_ms : 0;
  scene.marks = marks;
  scene.scan = split ? edition.scan(after.photo) : null;
  scene.rim = byRegion && clearing ? RIM : 0;
  return scene;
}

/** @param {Picture} before @param {Picture} after @returns {Scene} */
function begun(before, after) {
  return { before, after, progress: 0, arrival: null, lag: 0, marks: false, scan: null, rim: 0 };
}

/** @param {Scene} from @param {Scene} to */
export function copyScene(from, to) {
  to.before = from.before;
  to.after = from.after;
  to.progress = from.progress;
  to.arrival = from.arrival;
  to.lag = from.lag;
  to.marks = from.marks;
  to.scan = from.scan;
  to.rim = from.rim;
}

/** @param {Picture} picture @param {string} url */
function has(picture, url) {
  const { source, detail, evidence } = picture;
  return source.url === url || detail?.url === url || evidence?.url === url;
}

/**
 * Whether a picture is on the glass in this scene.
 * @param {Scene} scene @param {string} url
 */
export function shows(scene, url) {
  if (scene.scan && has(scene.scan, url)) return true;
  if (scene.arrival?.url === url) return scene.progress > 0 && scene.progress < 1;
  return (scene.progress < 1 && has(scene.before, url)) || (scene.progress > 0 && has(scene.after, url));
}
