/**
 * Asks for everything of an edition once, so that the browser has it when the server is gone: what
 * an edition holds never changes, and the browser keeps it.
 */

/** @typedef {import("./edition.js").Edition} Edition */

const BEGINS_AFTER = 3000; // ms; what is shown now comes first
const RETRY_AFTER = 5000; // ms
const SOUNDS_FIT = 64 * 2 ** 20; // bytes; a browser keeps only so much, and pictures must stay

/** Pictures as this glass needs them, and their maps. @param {Edition} edition */
function addresses(edition) {
  const urls = [...edition.pictures.values()].flatMap((stages) =>
    [...stages.values()].flatMap(({ source, arrival, evidence, plates }) =>
      [source, arrival, evidence, ...plates.map((plate) => plate.source)].flatMap((each) => each?.url ?? []),
    ),
  );
  return new Set(urls);
}

export class Keeper {
  constructor() {
    /** @type {Edition | null} */
    this.edition = null;
  }

  /**
   * @param {Edition} edition that is shown from now on; its renditions are chosen
   * @param {() => string[]} sounds that are heard here, the dearest first
   */
  keep(edition, sounds) {
    if (edition === this.edition) return;
    this.edition = edition;
    setTimeout(() => void this.fetch(edition, sounds()), BEGINS_AFTER);
  }

  /** @param {Edition} edition @param {string[]} sounds */
  async fetch(edition, sounds) {
    for (const url of addresses(edition)) await this.persist(edition, url, Infinity);
    let room = SOUNDS_FIT;
    for (const url of new Set(sounds)) room -= await this.persist(edition, url, room);
  }

  /**
   * One after the other, and behind whatever the glass asks for.
   * @param {Edition} edition @param {string} url @param {number} room bytes
   * @returns {Promise<number>} bytes that the browser has now
   */
  async persist(edition, url, room) {
    while (this.edition === edition) {
      const size = await had(url, room);
      if (size !== null) return size;
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER));
    }
    return 0;
  }
}

/**
 * @param {string} url @param {number} room bytes; what is larger is left where it is
 * @returns {Promise<number | null>} its bytes; null: there is no server just now
 */
export async function had(url, room) {
  try {
    const answer = await fetch(url, { priority: "low" });
    if (Number(answer.headers.get("Content-Length")) > room) {
      await answer.body?.cancel();
      return 0;
    }
    // What the server does not have will not come by asking again.
    return (await answer.blob()).size;
  } catch {
    return null;
  }
}
