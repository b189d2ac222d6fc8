/** Looking closely: which part of a picture a finger asks for. Pure; boxes and points are pixels. */

import { contain, enlarge } from "../shared/fit.js";

/** @typedef {import("../types/messages.js").Detail} Detail */
/** @typedef {{ width: number, height: number }} Size */

export const WHOLE = { scale: 1, x: 0.5, y: 0.5 };

/**
 * Where a picture lies when this part of it is looked at: [left, top, width, height].
 * @param {ArrayLike<number>} box @param {Size} picture @param {Detail} detail
 */
export function rectOf(box, picture, detail) {
  const rect = new Float32Array(4);
  contain(box, picture.width, picture.height, rect);
  enlarge(box, rect, detail.scale, detail.x, detail.y, new Float32Array(4));
  return rect;
}

/**
 * The part in the middle of the box when the picture lies so, kept to what can be shown.
 * @param {ArrayLike<number>} box @param {Size} picture @param {number} scale
 * @param {number} left @param {number} top of the enlarged picture
 * @returns {Detail}
 */
function lying(box, picture, scale, left, top) {
  const [, , width, height] = rectOf(box, picture, { ...WHOLE, scale });
  const x = (box[0] + box[2] / 2 - left) / width;
  const y = (box[1] + box[3] / 2 - top) / height;
  /** @param {number} share */
  const kept = (share) => Math.min(1, Math.max(0, share));
  const rect = rectOf(box, picture, { scale, x: kept(x), y: kept(y) });
  return {
    scale,
    x: kept((box[0] + box[2] / 2 - rect[0]) / rect[2]),
    y: kept((box[1] + box[3] / 2 - rect[1]) / rect[3]),
  };
}

/**
 * The point of the picture under a point of the window, as fractions of the picture.
 * @param {ArrayLike<number>} box @param {Size} picture @param {Detail} detail
 * @param {number} x @param {number} y
 * @returns {[across: number, down: number]}
 */
export function under(box, picture, detail, x, y) {
  const [left, top, width, height] = rectOf(box, picture, detail);
  return [(x - left) / width, (y - top) / height];
}

/**
 * So large, with a point of the picture under a point of the window, as far as its edges allow.
 * @param {ArrayLike<number>} box @param {Size} picture @param {[number, number]} point of the picture
 * @param {number} wanted scale @param {number} most the largest @param {number} x @param {number} y
 * @returns {Detail}
 */
export function drawn(box, picture, point, wanted, most, x, y) {
  const scale = Math.min(most, Math.max(1, wanted));
  if (scale === 1) return WHOLE;
  const [, , wide, high] = rectOf(box, picture, { ...WHOLE, scale });
  return lying(box, picture, scale, x - point[0] * wide, y - point[1] * high);
}

/**
 * The same scale, the picture moved by so much.
 * @param {ArrayLike<number>} box @param {Size} picture @param {Detail} detail
 * @param {number} right @param {number} down pixels
 * @returns {Detail}
 */
export function moved(box, picture, detail, right, down) {
  const [left, top] = rectOf(box, picture, detail);
  return lying(box, picture, detail.scale, left + right, top + down);
}
