/**
 * Where a card of facts stands: beside the picture where there is room, near what it speaks of, never
 * over a face, nor its line across one. Pure; all in pixels.
 */

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

/** @param {Rect} a @param {Rect} b @returns {Rect} around both */
export function joined(a, b) {
  const [left, top] = [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
  const right = Math.max(a[0] + a[2], b[0] + b[2]);
  return [left, top, right - left, Math.max(a[1] + a[3], b[1] + b[3]) - top];
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
// What it costs to cover all of a thing, in diagonals of the area; being far costs at most one.
const FACE = 1e3;
const SUBJECT = 10;
const PICTURE = 4;
const CROSSED = 2; // a line that runs over faces only
const SAMPLES = 12; // points of a line that are looked at

/**
 * @param {Rect} area the card must lie in
 * @param {number} width @param {number} height of the card
 * @param {Rect} subject what it speaks of
 * @param {Rect} picture left free where there is room beside it
 * @param {Rect[]} faces never to be covered
 * @returns {Rect}
 */
export function cardPlace(area, width, height, subject, picture, faces) {
  const diagonal = Math.hypot(area[2], area[3]);
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
      const covered =
        FACE * faces.reduce((sum, face) => sum + overlap(card, face), 0) +
        SUBJECT * overlap(card, subject) +
        PICTURE * overlap(card, picture);
      const crossed = CROSSED * crosses(leader(card, subject), faces);
      const cost = far / diagonal + covered / (width * height) + crossed;
      if (cost < least) [best, least] = [card, cost];
    }
  }
  return best;
}

/**
 * The line from a card's edge to that of what it speaks of.
 * @param {Rect} card @param {Rect} subject
 * @returns {[from: [x: number, y: number], to: [x: number, y: number]]}
 */
export function leader(card, subject) {
  const from = edgeToward(card, subject[0] + subject[2] / 2, subject[1] + subject[3] / 2);
  return [from, edgeToward(subject, from[0], from[1])];
}

/**
 * @param {ReturnType<typeof leader>} line @param {Rect[]} faces
 * @returns {number} share of the line that runs over faces, 0..1
 */
function crosses([[x0, y0], [x1, y1]], faces) {
  let count = 0;
  for (let step = 1; step <= SAMPLES; step += 1) {
    const x = x0 + ((x1 - x0) * step) / (SAMPLES + 1);
    const y = y0 + ((y1 - y0) * step) / (SAMPLES + 1);
    if (faces.some((f) => x > f[0] && x < f[0] + f[2] && y > f[1] && y < f[1] + f[3])) count += 1;
  }
  return count / SAMPLES;
}

/**
 * The point of a card's edge from which its line leaves towards what it speaks of.
 * @param {Rect} card @param {number} x @param {number} y
 * @returns {[x: number, y: number]}
 */
export function edgeToward([left, top, width, height], x, y) {
  return [Math.min(left + width, Math.max(left, x)), Math.min(top + height, Math.max(top, y))];
}
