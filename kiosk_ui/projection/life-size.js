/** People at their true height: where the picture then lies on the wall, and a ruler beside them. */

import { element } from "../shared/dom.js";

/** @typedef {import("../types/edition.js").EditionPhoto} Photo */
/** @typedef {import("../types/messages.js").Snapshot} Snapshot */

const HEADROOM = 0.06; // of the wall's height, over the uppermost face
const TALLEST = 2.5; // m of the ruler

/**
 * Where a picture lies in life size: it stands on the lower edge of the wall, with the faces that
 * its curator protects in the middle and never above the wall.
 * @param {Photo} photo
 * @param {number} metre pixels of the wall
 * @param {number} width of the wall in pixels
 * @param {number} height of the wall in pixels
 * @returns {[left: number, top: number, width: number, height: number]}
 */
export function lifeSize(photo, metre, width, height) {
  const scale = metre / (photo.pixels_per_metre ?? 1);
  const [wide, high] = [photo.width * scale, photo.height * scale];
  const faces = photo.regions.filter((region) => region.protect).flatMap(({ outline }) => outline);
  const xs = faces.map(([x]) => x);
  const middle = faces.length ? (Math.min(...xs) + Math.max(...xs)) / 2 : 0.5;
  // A picture wider than the wall covers it; a narrower one hangs in the middle.
  const left = wide > width ? Math.min(0, Math.max(width - wide, width / 2 - middle * wide)) : (width - wide) / 2;
  const highest = faces.length ? Math.min(...faces.map(([, y]) => y)) : 0;
  const top = Math.max(height - high, Math.min(0, HEADROOM * height - highest * high));
  return [left, top, wide, high];
}

export class LifeSize {
  /** @param {import("../shared/stage.js").Stage} stage */
  constructor(stage) {
    this.stage = stage;
    this.ruler = element("div", "ruler");
    this.ruler.setAttribute("aria-hidden", "true");
    this.ruler.hidden = true;
    document.body.append(this.ruler);
    this.spot = "";
  }

  /**
   * @param {Snapshot} snapshot @param {Photo | null} photo the open one
   * @param {boolean} slowly
   */
  follow(snapshot, photo, slowly) {
    const { wall_metres: wall } = snapshot.place;
    const large = snapshot.life_size && photo !== null && wall !== null;
    const metre = wall === null ? 0 : innerWidth / wall;
    const box = large
      ? lifeSize(photo, metre, innerWidth, innerHeight)
      : /** @type {const} */ ([0, 0, innerWidth, innerHeight]);
    const spot = box.join(" ");
    // The first picture is there at once: there is no place it could come from.
    const moves = slowly && this.spot !== "";
    if (spot !== this.spot) this.stage.moveTo(box[0], box[1], box[2], box[3], moves);
    this.spot = spot;
    // Around a small picture its edge tones would show the people once more.
    this.stage.strength = large ? 0.1 : 0.34;
    this.stage.falloff = large ? 9 : 1.4;
    this.ruler.hidden = !(large && snapshot.ruler);
    if (!this.ruler.hidden) this.rule(metre);
  }

  /** A mark every ten centimetres from the lower edge up. @param {number} metre in pixels */
  rule(metre) {
    const top = Math.min(TALLEST, innerHeight / metre);
    const marks = [];
    for (let step = 1; step / 10 <= top; step += 1) {
      const whole = step % 5 === 0;
      const mark = element("span", whole ? "mark whole" : "mark", whole ? `${step * 10} cm` : "");
      mark.style.bottom = `${((step / 10) * metre).toFixed(1)}px`;
      marks.push(mark);
    }
    this.ruler.style.height = `${Math.min(innerHeight, top * metre).toFixed(1)}px`;
    this.ruler.replaceChildren(...marks);
  }
}
