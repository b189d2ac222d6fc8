/** The lens on the border between the scan and what was made of it. Pure; the same on every glass. */

/** @typedef {import("./edition.js").Picture} Picture */

export const BORDER = 3; // pixels of the glass, between the scan and the picture and around the lens
const SIZE = 0.21; // its radius, of the shorter side of the picture's box
const MAGNIFIES = 2; // at least; else until a pixel of the picture is one of the glass

/** @param {ArrayLike<number>} box of the picture @returns {number} in the box's pixels */
export function lensRadius(box) {
  return SIZE * Math.min(box[2], box[3]);
}

/**
 * How many times as large a picture is in it.
 * @param {Picture} picture @param {number} across its width now, in pixels of the glass
 */
export function lensMagnifies({ stage }, across) {
  return Math.max(MAGNIFIES, stage.renditions[0].width / across);
}
