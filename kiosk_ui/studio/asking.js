/** Asking the server for a proposal, in the words of the page. */

/** Why there is no answer, as a phrase of the page. */
export class Unanswered extends Error {}

/** @returns {(phrase: string, values?: Record<string, string | number>) => string} */
export function pageWords() {
  const written = document.querySelector("#words")?.textContent ?? "{}";
  /** @type {Record<string, string>} */
  const words = JSON.parse(written);
  return (phrase, values = {}) =>
    (words[phrase] ?? phrase).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * @template Answer
 * @param {string} address
 * @returns {Promise<Answer>} Rejects with Unanswered.
 */
export async function ask(address) {
  let answer;
  try {
    answer = await fetch(address, { headers: { Accept: "application/json" } });
  } catch {
    throw new Unanswered("failed");
  }
  // A session that is over is answered with the door.
  if (answer.redirected) throw new Unanswered("gone");
  if (!answer.ok) throw new Unanswered("failed");
  return answer.json();
}
