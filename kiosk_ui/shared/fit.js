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
 * The same place looked at closely: as many times as large, with a point of the picture in the
 * middle of its box, but never further than until an edge of it has reached the box's.
 * @param {ArrayLike<number>} box
 * @param {Float32Array} rect of the whole picture; becomes that of the enlarged one
 * @param {number} scale 1 or more @param {number} x @param {number} y fractions of the picture
 * @param {Float32Array} window becomes the part of the box in which the picture shows
 * @param {number} [density] pixels of the rectangles per pixel of the box
 */
export function enlarge(box, rect, scale, x, y, window, density = 1) {
  window.set(rect);
  if (scale === 1) return;
  for (let side = 0; side < 2; side += 1) {
    const start = box[side] * density;
    const length = box[side + 2] * density;
    const long = rect[side + 2] * scale;
    const free = start + length / 2 - (side === 0 ? x : y) * long;
    const kept = Math.min(start, Math.max(start + length - long, free));
    rect[side] = long <= length ? start + (length - long) / 2 : kept;
    rect[side + 2] = long;
    window[side] = Math.max(start, rect[side]);
    window[side + 2] = Math.min(start + length, rect[side] + long) - window[side];
  }
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
