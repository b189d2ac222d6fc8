/**
 * Fingers on the picture: a rest holds, a tap asks, two taps look closer, a stroke moves what is
 * looked at, two fingers draw it nearer.
 */

const RESTS_AFTER = 300; // ms
const SLIP = 10; // px a finger may move and still rest
const TWICE_WITHIN = 320; // ms between two taps
const TWICE_NEAR = 60; // px between two taps

/**
 * @typedef {object} TouchActs
 * @property {(x: number, y: number) => boolean} isPicture a point of the window
 * @property {() => boolean} rests whether a finger that rests holds the original
 * @property {() => void} hold as the finger has come to rest, and for as long as it trembles
 * @property {() => void} letGo
 * @property {(x: number, y: number) => void} tap
 * @property {(x: number, y: number) => void} doubleTap
 * @property {(x: number, y: number, right: number, down: number) => void} stroke where the finger
 *   is, and by how much it moved
 * @property {(factor: number, x: number, y: number) => void} wheel
 * @property {(x: number, y: number) => void} grasp two fingers are there; their middle
 * @property {(factor: number, x: number, y: number) => void} draw how far they are apart since, and
 *   their middle
 */

export class Fingers {
  /** @param {HTMLElement} place around the picture @param {TouchActs} acts */
  constructor(place, acts) {
    this.place = place;
    this.acts = acts;
    /** @type {Map<number, [number, number]>} */
    this.down = new Map();
    this.start = [0, 0];
    this.apart = 1;
    this.rest = 0;
    this.holding = false;
    this.slipped = false;
    this.tapped = { at: -Infinity, x: 0, y: 0 };
    place.addEventListener("pointerdown", (event) => this.begin(event));
    place.addEventListener("pointermove", (event) => this.move(event));
    place.addEventListener("pointerup", (event) => this.end(event, true));
    place.addEventListener("pointercancel", (event) => this.end(event, false));
    place.addEventListener("lostpointercapture", (event) => this.end(event, false));
    place.addEventListener("wheel", (event) => {
      event.preventDefault();
      acts.wheel(Math.exp(-event.deltaY / 400), event.clientX, event.clientY);
    });
  }

  /** @param {PointerEvent} event */
  begin({ pointerId, button, clientX: x, clientY: y }) {
    const { down, acts } = this;
    if (down.size === 2 || button !== 0 || !acts.isPicture(x, y)) return;
    down.set(pointerId, [x, y]);
    this.place.setPointerCapture(pointerId);
    if (down.size === 2) return this.grasp();
    this.start = [x, y];
    this.slipped = false;
    if (acts.rests()) this.rest = window.setTimeout(() => this.hold(), RESTS_AFTER);
  }

  hold() {
    this.holding = true;
    this.acts.hold();
  }

  /** It is no rest and no tap. */
  settle() {
    clearTimeout(this.rest);
    this.slipped = true;
    if (this.holding) this.acts.letGo();
    this.holding = false;
  }

  /** @param {PointerEvent} event */
  move({ pointerId, clientX: x, clientY: y }) {
    const { down, acts } = this;
    const from = down.get(pointerId);
    if (from === undefined) return;
    if (down.size === 2) {
      down.set(pointerId, [x, y]);
      return this.draw();
    }
    if (this.holding) return acts.hold();
    if (!this.slipped && Math.hypot(x - this.start[0], y - this.start[1]) <= SLIP) return;
    this.settle();
    down.set(pointerId, [x, y]);
    acts.stroke(x, y, x - from[0], y - from[1]);
  }

  /** How far two fingers are apart, and their middle. @returns {[number, number, number]} */
  spread() {
    const [[x, y], [otherX, otherY]] = this.down.values();
    return [Math.hypot(x - otherX, y - otherY), (x + otherX) / 2, (y + otherY) / 2];
  }

  grasp() {
    this.settle();
    const [apart, x, y] = this.spread();
    this.apart = Math.max(1, apart);
    this.acts.grasp(x, y);
  }

  draw() {
    const [apart, x, y] = this.spread();
    this.acts.draw(Math.max(1, apart) / this.apart, x, y);
  }

  /** @param {PointerEvent} event @param {boolean} lifted rather than lost */
  end({ pointerId, clientX: x, clientY: y }, lifted) {
    if (!this.down.delete(pointerId)) return;
    const taps = lifted && !this.slipped && !this.holding;
    this.settle();
    if (taps) this.tap(x, y);
  }

  /** @param {number} x @param {number} y */
  tap(x, y) {
    const { tapped, acts } = this;
    const now = performance.now();
    const soon = now - tapped.at < TWICE_WITHIN;
    const twice = soon && Math.hypot(x - tapped.x, y - tapped.y) < TWICE_NEAR;
    this.tapped = { at: twice ? -Infinity : now, x, y };
    if (twice) acts.doubleTap(x, y);
    else acts.tap(x, y);
  }
}
