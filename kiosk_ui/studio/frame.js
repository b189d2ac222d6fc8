/**
 * The scan with what is drawn on it: a cross that the keyboard moves, clicks, the proposed outline,
 * proposed faces. Points are fractions of the picture's width and height.
 */

/** @typedef {[x: number, y: number]} Point */

const SVG = "http://www.w3.org/2000/svg";
const STEP = 0.01;
const FAR = 0.05;
/** @type {Record<string, Point>} */
const WAYS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** @param {number} value @returns {number} */
const fraction = (value) => Math.min(1, Math.max(0, value));

export class Frame {
  /**
   * @param {HTMLElement} element
   * @param {object} heard
   * @param {(point: Point, adds: boolean) => void} heard.picked
   * @param {(cross: Point) => void} heard.moved
   * @param {(steps: number) => void} heard.reached
   * @param {(corner: number, point: Point) => void} heard.dragged
   */
  constructor(element, heard) {
    this.element = element;
    this.heard = heard;
    const svg = element.querySelector("svg");
    if (svg === null) throw new Error("the frame has no drawing");
    this.svg = svg;
    const { width, height } = svg.viewBox.baseVal;
    this.size = { width, height };
    /** @type {Point} */
    this.cross = [0.5, 0.5];
    this.faces = this.#add("g", "faces");
    this.tint = this.#add("polygon", "tint");
    this.rim = this.#add("polygon", "rim");
    this.corners = this.#add("g", "corners");
    this.clicks = this.#add("g", "clicks");
    this.hair = this.#add("path", "cross");
    element.addEventListener("click", (event) => this.#clicked(event));
    element.addEventListener("keydown", (event) => this.#pressed(event));
    this.#drawCross();
  }

  /** @param {Point[]} outline @param {string} colour to fill it with, or "" */
  propose(outline, colour) {
    for (const shape of [this.tint, this.rim]) shape.setAttribute("points", this.#points(outline));
    this.tint.setAttribute("fill", colour || "none");
    this.tint.classList.toggle("plain", colour === "");
    while (this.corners.children.length > outline.length) this.corners.lastChild?.remove();
    while (this.corners.children.length < outline.length) this.#addCorner();
    outline.forEach((point, place) => this.#put(this.corners.children[place], point));
  }

  /** @param {Point[]} clicks */
  mark(clicks) {
    this.clicks.replaceChildren(...clicks.map((point) => this.#put(this.#dot(), point)));
  }

  /** @param {Point[][]} outlines each numbered from 1 */
  offer(outlines) {
    const { width, height } = this.size;
    this.faces.replaceChildren(
      ...outlines.flatMap((outline, place) => {
        const rim = document.createElementNS(SVG, "polygon");
        rim.setAttribute("points", this.#points(outline));
        const number = document.createElementNS(SVG, "text");
        number.textContent = String(place + 1);
        const right = Math.max(...outline.map(([x]) => x));
        const top = Math.min(...outline.map(([, y]) => y));
        number.setAttribute("x", String(right * width));
        number.setAttribute("y", String(top * height));
        number.setAttribute("font-size", String(Math.max(width, height) / 40));
        return [rim, number];
      }),
    );
  }

  /** @param {string | null} region lit up among those that are there */
  light(region) {
    for (const shape of this.svg.querySelectorAll("[data-region]")) {
      shape.classList.toggle("lit", shape.getAttribute("data-region") === region);
    }
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const corner = event.target instanceof Node && this.corners.contains(event.target);
    if (corner) return;
    this.cross = this.#under(event);
    this.#drawCross();
    this.heard.picked(this.cross, event.shiftKey);
  }

  /** @param {MouseEvent} event @returns {Point} */
  #under({ clientX, clientY }) {
    const box = this.svg.getBoundingClientRect();
    return [fraction((clientX - box.left) / box.width), fraction((clientY - box.top) / box.height)];
  }

  /** A corner of the outline, to be dragged. */
  #addCorner() {
    const dot = this.#dot();
    const place = this.corners.children.length;
    dot.addEventListener("pointerdown", (event) => {
      dot.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    dot.addEventListener("pointermove", (event) => {
      if (dot.hasPointerCapture(event.pointerId)) this.heard.dragged(place, this.#under(event));
    });
    this.corners.append(dot);
  }

  #dot() {
    const dot = document.createElementNS(SVG, "circle");
    dot.setAttribute("r", String(Math.max(this.size.width, this.size.height) / 200));
    return dot;
  }

  /** @template {Element | undefined} Dot @param {Dot} dot @param {Point} point @returns {Dot} */
  #put(dot, [x, y]) {
    dot?.setAttribute("cx", String(x * this.size.width));
    dot?.setAttribute("cy", String(y * this.size.height));
    return dot;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const way = WAYS[event.key];
    if (way) {
      const step = event.shiftKey ? FAR : STEP;
      // As far down as across, whatever the picture's shape.
      const down = (step * this.size.width) / this.size.height;
      const [x, y] = this.cross;
      this.cross = [fraction(x + way[0] * step), fraction(y + way[1] * down)];
      this.#drawCross();
      this.heard.moved(this.cross);
    } else if (event.key === "Enter" || event.key === " ") {
      this.heard.picked(this.cross, event.shiftKey);
    } else if (event.key === "+" || event.key === "=") {
      this.heard.reached(1);
    } else if (event.key === "-") {
      this.heard.reached(-1);
    } else {
      return;
    }
    event.preventDefault();
  }

  #drawCross() {
    const { width, height } = this.size;
    const [x, y] = [this.cross[0] * width, this.cross[1] * height];
    const arm = Math.max(width, height) / 40;
    const gap = arm / 4;
    this.hair.setAttribute(
      "d",
      `M${x - arm} ${y}H${x - gap}M${x + gap} ${y}H${x + arm}` +
        `M${x} ${y - arm}V${y - gap}M${x} ${y + gap}V${y + arm}`,
    );
  }

  /** @param {Point[]} outline */
  #points(outline) {
    const { width, height } = this.size;
    return outline.map(([x, y]) => `${x * width},${y * height}`).join(" ");
  }

  /** @param {string} kind @param {string} classes */
  #add(kind, classes) {
    const made = document.createElementNS(SVG, kind);
    made.setAttribute("class", classes);
    this.svg.append(made);
    return made;
  }
}

/** @param {Point[]} outline @returns {number} share of the picture that it encloses, 0..1 */
export function share(outline) {
  let twice = 0;
  outline.forEach(([x, y], place) => {
    const [nextX, nextY] = /** @type {Point} */ (outline[(place + 1) % outline.length]);
    twice += x * nextY - nextX * y;
  });
  return Math.abs(twice) / 2;
}
