/** The hatching over what software added, where there is no WebGL: lines on a canvas, cut by the map. */

/** @typedef {import("./edition.js").Source} Source */

const INVENTED = 192; // of a map's 255: between altered (128) and invented (255)
const LINE = 3; // pixels of the glass
const ANGLE = (35 * Math.PI) / 180;
const LIGHT = "rgb(255 255 255 / 15%)";
const DARK = "rgb(0 0 0 / 15%)";

/** @param {CanvasImageSource} map @param {number} width @param {number} height */
function stencil(map, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return null;
  context.drawImage(map, 0, 0);
  const pixels = context.getImageData(0, 0, width, height);
  for (let at = 0; at < pixels.data.length; at += 4) {
    pixels.data[at + 3] = pixels.data[at] >= INVENTED ? 255 : 0;
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

export class CssHatch {
  /** @param {HTMLElement} root of the images */
  constructor(root) {
    this.canvas = document.createElement("canvas");
    this.canvas.className = "hatch";
    this.root = root;
    this.wanted = "";
    this.drawn = "";
    /** @type {OffscreenCanvas | null} */
    this.map = null;
  }

  /** @param {Source | null} evidence null: nothing is hatched @param {Float32Array} rect @param {Float32Array} window */
  follow(evidence, rect, window) {
    this.canvas.hidden = evidence === null;
    if (evidence === null) return;
    if (evidence.url !== this.wanted) void this.load(evidence.url);
    const drawn = `${this.wanted} ${rect.join(" ")} ${window.join(" ")}`;
    if (this.map === null || drawn === this.drawn) return;
    this.drawn = drawn;
    this.draw(this.map, rect, window);
  }

  /** @param {string} url */
  async load(url) {
    this.wanted = url;
    this.map = null;
    const image = new Image();
    image.src = url;
    try {
      await image.decode();
      if (this.wanted !== url) return;
      this.map = stencil(image, image.naturalWidth, image.naturalHeight);
      this.root.append(this.canvas);
    } catch {
      // Without its map a picture cannot be hatched; it is asked for again with the next one.
      this.wanted = "";
    }
  }

  /** @param {OffscreenCanvas} map @param {Float32Array} rect @param {Float32Array} window */
  draw(map, rect, window) {
    const { canvas } = this;
    const context = canvas.getContext("2d");
    if (context === null) return;
    canvas.width = Math.round(window[2] * devicePixelRatio);
    canvas.height = Math.round(window[3] * devicePixelRatio);
    canvas.style.left = `${window[0]}px`;
    canvas.style.top = `${window[1]}px`;
    canvas.style.width = `${window[2]}px`;
    canvas.style.height = `${window[3]}px`;
    const reach = 2 * LINE * Math.ceil((canvas.width + canvas.height) / (2 * LINE));
    // The lines lie still on the glass, wherever the window goes.
    const across = window[0] * Math.sin(ANGLE) + window[1] * Math.cos(ANGLE);
    const phase = (across * devicePixelRatio) % (2 * LINE);
    context.save();
    context.rotate(-ANGLE);
    for (let at = -reach - phase; at < reach; at += 2 * LINE) {
      context.fillStyle = LIGHT;
      context.fillRect(-reach, at - LINE / 2, 2 * reach, LINE);
      context.fillStyle = DARK;
      context.fillRect(-reach, at + LINE / 2, 2 * reach, LINE);
    }
    context.restore();
    context.globalCompositeOperation = "destination-in";
    const [left, top] = [rect[0] - window[0], rect[1] - window[1]].map((at) => at * devicePixelRatio);
    context.drawImage(map, left, top, rect[2] * devicePixelRatio, rect[3] * devicePixelRatio);
    context.globalCompositeOperation = "source-over";
  }

  close() {
    this.canvas.remove();
    this.wanted = this.drawn = "";
    this.map = null;
  }
}
