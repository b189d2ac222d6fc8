/** A finger on the picture: a rest holds; a tap and a movement mean nothing. */

const RESTS_AFTER = 300; // ms
const SLIP = 10; // px a finger may move and still rest

/**
 * @typedef {object} TouchActs
 * @property {(x: number, y: number) => boolean} isPicture a point of the window
 * @property {() => void} hold as the finger has come to rest, and for as long as it trembles
 * @property {() => void} letGo
 */

/** @param {HTMLElement} place around the picture @param {TouchActs} acts */
export function onPicture(place, acts) {
  let finger = -1;
  let rests = 0;
  let holding = false;
  let [startX, startY] = [0, 0];
  const leave = () => {
    clearTimeout(rests);
    finger = -1;
    if (holding) acts.letGo();
    holding = false;
  };
  const begin = () => {
    holding = true;
    acts.hold();
  };
  place.addEventListener("pointerdown", ({ pointerId, button, clientX: x, clientY: y }) => {
    if (finger !== -1 || button !== 0 || !acts.isPicture(x, y)) return;
    finger = pointerId;
    [startX, startY] = [x, y];
    place.setPointerCapture(pointerId);
    rests = window.setTimeout(begin, RESTS_AFTER);
  });
  place.addEventListener("pointermove", ({ pointerId, clientX: x, clientY: y }) => {
    if (pointerId !== finger) return;
    if (holding) acts.hold();
    else if (Math.hypot(x - startX, y - startY) > SLIP) leave();
  });
  const ends = /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"]);
  for (const name of ends) {
    place.addEventListener(name, ({ pointerId }) => pointerId === finger && leave());
  }
}
