/**
 * What lies around a picture where there is no WebGL: its own edge, mirrored outwards, blurred, and
 * darkened into the ground, as stage-program.js has it. Small, and enlarged by the browser.
 */

/** @typedef {import("./css-lens.js").Layer} Layer */

const TAPS = 24; // pixels of the blurred picture along its long side
const FINE = 96; // pixels of what is drawn along the glass's long side
const MIRRORED = [-2, -1, 0, 1, 2]; // times the picture's place beside it, along each side

/** @param {number} width @param {number} height */
function sheet(width, height) {
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (context === null) throw new Error("no canvas to draw on");
  return context;
}

/** @param {HTMLImageElement} image */
function blurred(image) {
  const scale = TAPS / Math.max(image.naturalWidth, image.naturalHeight);
  const [width, height] = [image.naturalWidth * scale, image.naturalHeight * scale].map(Math.ceil);
  const context = sheet(width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  return context.canvas;
}

/** @typedef {{ width: number, height: number, scale: number }} Size of what is drawn; of a CSS pixel */

export class CssSurround {
  /** @param {HTMLElement} root of the images */
  constructor(root) {
    this.canvas = document.createElement("canvas");
    this.canvas.className = "surround";
    root.append(this.canvas);
    /** @type {WeakMap<HTMLImageElement, OffscreenCanvas>} */
    this.small = new WeakMap();
    // While a picture only fades, what surrounds it stays.
    /** @type {WeakMap<HTMLImageElement, { place: string, canvas: OffscreenCanvas }>} */
    this.ready = new WeakMap();
    this.drawn = "";
  }

  /**
   * @param {{ layer: Layer, image: HTMLImageElement, share: number }[]} pictures with how far each
   *   is there; the shares add up to 1
   * @param {number} strength at the picture's edge @param {number} falloff how soon it is gone
   */
  follow(pictures, strength, falloff) {
    const scale = FINE / Math.max(innerWidth, innerHeight);
    const [width, height] = [innerWidth, innerHeight].map((side) => Math.ceil(side * scale));
    const places = pictures.map(
      ({ layer, share }) => `${layer.url} ${layer.rect} ${layer.window} ${share}`,
    );
    const drawn = `${innerWidth} ${innerHeight} ${strength} ${falloff} ${places}`;
    const context = this.canvas.getContext("2d");
    if (drawn === this.drawn || context === null) return;
    this.drawn = drawn;
    this.canvas.width = width;
    this.canvas.height = height;
    context.globalCompositeOperation = "lighter";
    const size = { width, height, scale };
    for (const { layer, image, share } of pictures) {
      context.globalAlpha = share;
      context.drawImage(this.around(layer, image, size, strength, falloff), 0, 0);
    }
  }

  /**
   * @param {Layer} layer @param {HTMLImageElement} image @param {Size} size
   * @param {number} strength @param {number} falloff
   */
  around(layer, image, size, strength, falloff) {
    const { rect, window } = layer;
    const place = `${size.width} ${size.height} ${strength} ${falloff} ${rect} ${window}`;
    const ready = this.ready.get(image);
    if (ready?.place === place) return ready.canvas;
    const context = this.mirrored(layer, image, size);
    context.globalCompositeOperation = "destination-in";
    context.drawImage(fading(window, size, strength, falloff).canvas, 0, 0);
    this.ready.set(image, { place, canvas: context.canvas });
    return context.canvas;
  }

  /** @param {Layer} layer @param {HTMLImageElement} image @param {Size} size */
  mirrored({ rect, window }, image, { width, height, scale }) {
    const small = this.small.get(image) ?? blurred(image);
    this.small.set(image, small);
    const [across, down] = [small.width / rect[2], small.height / rect[3]];
    const [x, y] = [(window[0] - rect[0]) * across, (window[1] - rect[1]) * down];
    const [wide, high] = [window[2] * across, window[3] * down];
    const [left, top, far, deep] = window.map((each) => each * scale);
    const context = sheet(width, height);
    for (const column of MIRRORED) {
      for (const row of MIRRORED) {
        const [turned, tipped] = [column % 2 !== 0, row % 2 !== 0];
        const from = left + (turned ? column + 1 : column) * far;
        const over = top + (tipped ? row + 1 : row) * deep;
        context.setTransform(turned ? -1 : 1, 0, 0, tipped ? -1 : 1, from, over);
        context.drawImage(small, x, y, wide, high, 0, 0, far, deep);
      }
    }
    context.resetTransform();
    return context;
  }

  close() {
    this.canvas.width = this.canvas.height = 1;
    this.drawn = "";
  }
}

/**
 * As opaque as the surround is strong, by how many short sides of the picture's place it is away.
 * @param {Float32Array} window @param {Size} size @param {number} strength @param {number} falloff
 */
function fading(window, { width, height, scale }, strength, falloff) {
  const context = sheet(width, height);
  const pixels = context.createImageData(width, height);
  for (let at = 0; at < width * height; at += 1) {
    const x = ((at % width) + 0.5) / scale - window[0];
    const y = (Math.floor(at / width) + 0.5) / scale - window[1];
    const beside = Math.max(-x, x - window[2], 0);
    const above = Math.max(-y, y - window[3], 0);
    const outside = Math.hypot(beside, above) / Math.min(window[2], window[3]);
    pixels.data[4 * at + 3] = Math.round(255 * strength * Math.exp(-falloff * outside));
  }
  context.putImageData(pixels, 0, 0);
  return context;
}
