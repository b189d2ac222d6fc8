/** `cubic-bezier(.35, 0, .15, 1)`, the house's easing, solved for x by bisection. */

const X1 = 0.35;
const X2 = 0.15;

/** @param {number} a first control value @param {number} b second @param {number} t 0..1 */
function bezier(a, b, t) {
  const u = 1 - t;
  return 3 * u * u * t * a + 3 * u * t * t * b + t * t * t;
}

/** @param {number} x 0..1 @returns {number} 0..1, exactly 0 and 1 at the ends */
export function ease(x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  let low = 0;
  let high = 1;
  for (let round = 0; round < 24; round += 1) {
    const middle = (low + high) / 2;
    if (bezier(X1, X2, middle) < x) low = middle;
    else high = middle;
  }
  return bezier(0, 1, (low + high) / 2);
}
