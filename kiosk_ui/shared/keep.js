/**
 * Asks for everything of an edition once, so that the browser has it when the server is gone: what
 * an edition holds never changes, and the browser keeps it.
 */

/** @typedef {import("./edition.js").Edition} Edition */

const BEGINS_AFTER = 3000; // ms; what is shown now comes first
const RETRY_AFTER = 5000; // ms

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

  /** @param {Edition} edition that is shown from now on; its renditions are chosen */
  keep(edition) {
    if (edition === this.edition) return;
    this.edition = edition;
    setTimeout(() => void this.fetch(edition), BEGINS_AFTER);
  }

  /** @param {Edition} edition */
  async fetch(edition) {
    for (const url of addresses(edition)) {
      // One after the other, and behind whatever the glass asks for.
      while (this.edition === edition && !(await this.has(url))) {
        await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER));
      }
    }
  }

  /** @param {string} url */
  async has(url) {
    try {
      const answer = await fetch(url, { priority: "low" });
      await answer.blob();
      // What the server does not have will not come by asking again.
      return true;
    } catch {
      return false;
    }
  }
}
