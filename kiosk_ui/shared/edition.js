/** A published edition as a screen uses it: its manifest, and the address of every picture in it. */

/** @typedef {import("../types/edition.js").Edition} Manifest */
/** @typedef {import("../types/edition.js").EditionPhoto} Photo */
/** @typedef {import("../types/edition.js").EditionStage} Stage */
/** @typedef {import("../types/edition.js").Rendition} Rendition */
/** @typedef {import("../types/messages.js").Frame} Frame */
/** @typedef {{ url: string, spare: string | null, kind: "picture" | "map" }} Source */
/**
 * @typedef {object} Picture
 * @property {Photo} photo
 * @property {Stage} stage
 * @property {Source} source as the glass needs it
 * @property {Source | null} detail its largest rendition, where that is another
 * @property {Source | null} arrival
 * @property {Source | null} evidence
 * @property {Picture[]} plates of a model at work on this stage
 * @property {boolean} isPlate it is one of those
 */

const NEAR_ENOUGH = 0.9; // of the pixels a screen has: a slightly smaller rendition still looks sharp

/**
 * The smallest rendition that fills so many pixels, else the largest there is.
 * @param {Rendition[]} renditions
 * @param {number} pixels of the glass, along its long side
 */
export function renditionFor(renditions, pixels) {
  const side = (/** @type {Rendition} */ r) => Math.max(r.width, r.height);
  const falling = [...renditions].sort((a, b) => side(b) - side(a));
  const enough = falling.filter((rendition) => side(rendition) >= pixels * NEAR_ENOUGH);
  return enough.at(-1) ?? falling[0];
}

/**
 * A manifest that an earlier Rekindle wrote, with what it did not know of yet.
 * @param {Manifest} manifest @returns {Manifest}
 */
export function completed(manifest) {
  manifest.spoken ??= {};
  for (const programme of manifest.programmes) programme.narration ??= {};
  for (const photo of manifest.photos) {
    photo.describe ??= {};
    photo.narration ??= {};
    photo.pixels_per_metre ??= null;
    for (const stage of photo.stages) {
      stage.frames ??= [];
      stage.candidates ??= [];
      for (const step of stage.paradata) {
        step.measures ??= {};
        step.notes ??= [];
      }
    }
  }
  return manifest;
}

/** @type {Map<string, Promise<Edition>>} */
const editions = new Map();

export class Edition {
  /** @param {string} url of its folder, ending with a slash @param {Manifest} manifest */
  constructor(url, manifest) {
    this.url = url;
    this.manifest = manifest;
    this.pixels = 0;
    /** @type {Map<string, Map<string, Picture>>} */
    this.pictures = new Map();
  }

  /**
   * An edition never changes, so it is fetched once.
   * @param {string} url of its folder
   * @returns {Promise<Edition>}
   */
  static at(url) {
    const known = editions.get(url);
    if (known) return known;
    const coming = fetch(new URL("manifest.json", new URL(url, location.href)))
      .then((answer) => {
        if (!answer.ok) throw new Error(`${url}manifest.json: ${answer.status}`);
        return answer.json();
      })
      .then((manifest) => new Edition(url, completed(manifest)));
    editions.set(url, coming);
    coming.catch(() => editions.delete(url));
    return coming;
  }

  /** @param {string | null} id */
  photo(id) {
    return this.manifest.photos.find((photo) => photo.id === id) ?? null;
  }

  /** @param {string} file relative to the edition */
  address(file) {
    return new URL(file, new URL(this.url, location.href)).href;
  }

  /** @param {string | null} file @returns {Source | null} */
  map(file) {
    return file === null ? null : { url: this.address(file), spare: null, kind: "map" };
  }

  /** @param {Rendition} rendition @returns {Source} */
  rendition({ webp, jpeg }) {
    return { url: this.address(webp), spare: this.address(jpeg), kind: "picture" };
  }

  /** @param {Photo} photo @param {Stage} stage @param {string} file @returns {Picture} */
  plate(photo, stage, file) {
    /** @type {Source} */
    const source = { url: this.address(file), spare: null, kind: "picture" };
    const alone = { detail: null, arrival: null, evidence: null, plates: [], isPlate: true };
    return { photo, stage, source, ...alone };
  }

  /**
   * Chooses the renditions for a glass of so many pixels along its long side.
   * @param {number} pixels
   */
  forGlass(pixels) {
    if (pixels === this.pixels) return;
    this.pixels = pixels;
    for (const photo of this.manifest.photos) {
      const arrival = this.map(photo.arrival);
      const stages = photo.stages.map((stage) => {
        const source = this.rendition(renditionFor(stage.renditions, pixels));
        const largest = this.rendition(renditionFor(stage.renditions, Infinity));
        const detail = largest.url === source.url ? null : largest;
        const evidence = this.map(stage.evidence);
        const plates = stage.frames.map((file) => this.plate(photo, stage, file));
        /** @type {Picture} */
        const picture = { photo, stage, source, detail, arrival, evidence, plates, isPlate: false };
        return /** @type {const} */ ([stage.name, picture]);
      });
      this.pictures.set(photo.id, new Map(stages));
    }
  }

  /**
   * A sound of these words being said, rendered when the set was built; in another language where
   * they are not translated.
   * @param {string} language @param {string} words @returns {string | null} its address
   */
  spoken(language, words) {
    const { spoken } = this.manifest;
    const tables = [spoken[language] ?? {}, ...Object.values(spoken)];
    const file = tables.find((table) => Object.hasOwn(table, words))?.[words];
    return file === undefined ? null : this.address(file);
  }

  /** @param {Photo} photo */
  scan(photo) {
    return this.pictures.get(photo.id)?.get(photo.stages[0].name) ?? null;
  }

  /**
   * The picture of a frame; null where the edition has none such.
   * @param {Frame} frame
   */
  picture(frame) {
    const picture = this.pictures.get(frame.photo)?.get(frame.stage) ?? null;
    return frame.plate === null ? picture : (picture?.plates[frame.plate] ?? picture);
  }
}
