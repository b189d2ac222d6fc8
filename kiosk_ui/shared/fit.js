/** Where a picture lies on the glass. Rectangles are [left, top, width, height] in pixels. */

/**
 * The largest place for a picture inside a box, whole and centred, on whole pixels.
 * @param {ArrayLike<number>} box
 * @param {number} width of the picture
 * @param {number} height of the picture
 * @param {Float32Array} into
 * @param {number} [density] pixels of the result per pixel of the box
 */
export function contain(box, width, height, into, density = 1) {
  const scale = Math.min(box[2] / width, box[3] / height);
  into[2] = Math.max(1, Math.round(width * scale * density));
  into[3] = Math.max(1, Math.round(height * scale * density));
  into[0] = Math.round((box[0] + box[2] / 2) * density - into[2] / 2);
  into[1] = Math.round((box[1] + box[3] / 2) * density - into[3] / 2);
}

/**
 * Part of the way from one box to another.
 * @param {ArrayLike<number>} from @param {ArrayLike<number>} to
 * @param {number} share 0..1 @param {Float32Array} into
 */
export function between(from, to, share, into) {
  for (let side = 0; side < 4; side += 1) into[side] = from[side] + (to[side] - from[side]) * share;
}

/** @param {ArrayLike<number>} rect @param {number} x @param {number} y */
export function contains(rect, x, y) {
  return x >= rect[0] && x < rect[0] + rect[2] && y >= rect[1] && y < rect[1] + rect[3];
}
