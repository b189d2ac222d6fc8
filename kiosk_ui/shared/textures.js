/**
 * A fixed number of pictures on the graphics card: fetched and decoded off the main thread, put
 * there one a frame, and deleted explicitly, so that a screen that runs for months does not grow.
 */

/** @typedef {import("./edition.js").Source} Source */
/** @typedef {{ texture: WebGLTexture, width: number, height: number, used: number }} Resident */

const AT_ONCE = 2; // downloads
const RETRY_AFTER = 2000; // ms

/** @param {Source} source @param {AbortSignal} signal */
export async function decode(source, signal) {
  /** @param {string} url */
  const bitmap = async (url) => {
    const answer = await fetch(url, { signal });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return createImageBitmap(await answer.blob(), {
      imageOrientation: "none",
      premultiplyAlpha: "none",
      colorSpaceConversion: source.kind === "map" ? "none" : "default",
    });
  };
  const { spare } = source;
  if (spare === null) return bitmap(source.url);
  return bitmap(source.url).catch((reason) => {
    if (signal.aborted) throw reason;
    return bitmap(spare);
  });
}

export class Textures {
  /** @param {WebGL2RenderingContext} gl @param {number} capacity pictures and maps together */
  constructor(gl, capacity) {
    this.gl = gl;
    this.capacity = capacity;
    /** @type {Map<string, Resident>} */
    this.residents = new Map();
    /** @type {Map<string, AbortController>} */
    this.loading = new Map();
    /** @type {{ source: Source, bitmap: ImageBitmap }[]} */
    this.decoded = [];
    /** @type {Source[]} */
    this.wanted = [];
    /** @type {Map<string, number>} */
    this.retryAt = new Map();
    this.turn = 0;
  }

  /** @param {Source} source @returns {Resident | null} */
  get(source) {
    const resident = this.residents.get(source.url);
    if (!resident) return null;
    resident.used = this.turn += 1;
    return resident;
  }

  /**
   * What will be needed, most urgent first. Downloads of what is not are given up.
   * @param {Source[]} sources at most `capacity`; the rest is left for later
   */
  want(sources) {
    this.wanted = sources.slice(0, this.capacity);
    for (const [url, load] of this.loading) {
      if (!this.isWanted(url)) load.abort();
    }
    this.pump();
  }

  /** @param {string} url */
  isWanted(url) {
    return this.wanted.some((source) => source.url === url);
  }

  pump() {
    const now = performance.now();
    for (const source of this.wanted) {
      if (this.loading.size >= AT_ONCE) return;
      const { url } = source;
      if (this.residents.has(url) || this.loading.has(url)) continue;
      if (this.decoded.some((ready) => ready.source.url === url)) continue;
      if ((this.retryAt.get(url) ?? 0) > now) continue;
      void this.load(source);
    }
  }

  /** @param {Source} source */
  async load(source) {
    const load = new AbortController();
    this.loading.set(source.url, load);
    try {
      this.decoded.push({ source, bitmap: await decode(source, load.signal) });
      this.retryAt.delete(source.url);
    } catch (reason) {
      if (!load.signal.aborted) this.tryLater(source, reason);
    } finally {
      this.loading.delete(source.url);
      this.pump();
    }
  }

  /** @param {Source} source @param {unknown} reason */
  tryLater(source, reason) {
    console.warn("A picture did not load; the last one stays.", reason);
    this.retryAt.set(source.url, performance.now() + RETRY_AFTER);
    setTimeout(() => this.pump(), RETRY_AFTER + 50);
  }

  /**
   * Puts at most one decoded picture on the card: more would cost a frame.
   * @param {(url: string) => boolean} isHeld what is on the glass now and must stay
   * @returns {boolean} whether something new is there
   */
  upload(isHeld) {
    const ready = this.decoded.shift();
    if (ready === undefined) return false;
    const { source, bitmap } = ready;
    if (this.isWanted(source.url) && this.makeRoom(isHeld)) {
      const { width, height } = bitmap;
      const texture = this.place(source.kind, bitmap);
      this.residents.set(source.url, { texture, width, height, used: (this.turn += 1) });
    }
    bitmap.close();
    this.pump();
    return true;
  }

  /** @param {Source["kind"]} kind @param {ImageBitmap} bitmap */
  place(kind, bitmap) {
    const { gl } = this;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    if (kind === "map") {
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, gl.RED, gl.UNSIGNED_BYTE, bitmap);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    } else {
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
      gl.generateMipmap(gl.TEXTURE_2D);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    }
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    return texture;
  }

  /** @param {(url: string) => boolean} isHeld @returns {boolean} whether there is room for one */
  makeRoom(isHeld) {
    if (this.residents.size < this.capacity) return true;
    let oldest = "";
    let used = Infinity;
    for (const [url, resident] of this.residents) {
      if (isHeld(url) || this.isWanted(url) || resident.used >= used) continue;
      [oldest, used] = [url, resident.used];
    }
    const resident = this.residents.get(oldest);
    if (!resident) return false;
    this.gl.deleteTexture(resident.texture);
    this.residents.delete(oldest);
    return true;
  }

  /** Forgets everything; the context it lived in is lost, or no longer needed. */
  close() {
    this.wanted = [];
    for (const load of this.loading.values()) load.abort();
    for (const { bitmap } of this.decoded) bitmap.close();
    for (const { texture } of this.residents.values()) this.gl.deleteTexture(texture);
    this.decoded = [];
    this.residents.clear();
  }
}
