/** Where a card of facts stands: near what it speaks of, never over a face. Pure; all in pixels. */

/** @typedef {[left: number, top: number, width: number, height: number]} Rect */
/** @typedef {[x: number, y: number]} Point fractions of the picture */

/** @param {Rect} a @param {Rect} b @returns {number} area that both cover */
export function overlap(a, b) {
  const across = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const down = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  return Math.max(0, across) * Math.max(0, down);
}

/** @param {Point[]} outline @param {ArrayLike<number>} picture its place @returns {Rect} around it */
export function around(outline, picture) {
  const xs = outline.map(([x]) => picture[0] + x * picture[2]);
  const ys = outline.map(([, y]) => picture[1] + y * picture[3]);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}

/** @param {Rect} rect @param {number} by pixels on every side @returns {Rect} */
export function grown([left, top, width, height], by) {
  return [left - by, top - by, width + 2 * by, height + 2 * by];
}

/** Even-odd rule. @param {Point[]} outline @param {number} x @param {number} y */
export function isInside(outline, x, y) {
  let inside = false;
  outline.forEach(([x1, y1], place) => {
    const [x0, y0] = outline[(place || outline.length) - 1];
    if (y1 > y !== y0 > y && x < ((x0 - x1) * (y - y1)) / (y0 - y1) + x1) inside = !inside;
  });
  return inside;
}

const TRIES = 9; // places along each side that are weighed
const FACE = 1e6; // a covered face outweighs everything
const SUBJECT = 40; // then what the card speaks of

/**
 * @param {Rect} area the card must lie in
 * @param {number} width @param {number} height of the card
 * @param {Rect} subject what it speaks of
 * @param {Rect[]} faces never to be covered
 * @returns {Rect}
 */
export function cardPlace(area, width, height, subject, faces) {
  /** @type {Rect} */
  let best = [area[0], area[1], width, height];
  let least = Infinity;
  for (let row = 0; row < TRIES; row += 1) {
    for (let column = 0; column < TRIES; column += 1) {
      const left = area[0] + ((area[2] - width) * column) / (TRIES - 1);
      const top = area[1] + ((area[3] - height) * row) / (TRIES - 1);
      /** @type {Rect} */
      const card = [left, top, width, height];
      const far = Math.hypot(
        left + width / 2 - subject[0] - subject[2] / 2,
        top + height / 2 - subject[1] - subject[3] / 2,
      );
      const covered = faces.reduce((sum, face) => sum + overlap(card, face), 0);
      const cost = far + (FACE * covered + SUBJECT * overlap(card, subject)) / (width * height);
      if (cost < least) [best, least] = [card, cost];
    }
  }
  return best;
}

/**
 * The point of a card's edge from which its line leaves towards what it speaks of.
 * @param {Rect} card @param {number} x @param {number} y
 * @returns {[x: number, y: number]}
 */
export function edgeToward([left, top, width, height], x, y) {
  return [Math.min(left + width, Math.max(left, x)), Math.min(top + height, Math.max(top, y))];
}
